// Command cdk is the CDK app of Backroom on AWS: a stack of what is stored, and
// one of what works on it, so that the second can be replaced, rolled back and
// deleted without the first. What is deployed comes from infra/plan.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"backroom/infra/plan"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	deployed := plan.Deployed()
	context, _ := app.Node().GetAllContext(nil).(map[string]any)
	s, err := parseStage(context, deployed)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:gocritic // nothing has been made
	}
	build(app, s, deployed, &awscdk.Environment{Account: env("CDK_DEFAULT_ACCOUNT"), Region: env("CDK_DEFAULT_REGION")})
	app.Synth(nil)
}

func env(name string) *string {
	if v := os.Getenv(name); v != "" {
		return &v
	}
	return nil
}

// build makes both stacks of a stage.
func build(app awscdk.App, s stage, p plan.Plan, e *awscdk.Environment) {
	props := func(part, description string) *awscdk.StackProps {
		return &awscdk.StackProps{
			Env: e, StackName: jsii.String("backroom-" + s.Name + "-" + part), Description: &description, TerminationProtection: jsii.Bool(s.Kept),
			Tags: &map[string]*string{"application": jsii.String("backroom"), "stage": &s.Name, "part": &part},
		}
	}
	newCompute(app, s, p, newState(app, s, props("state", "Backroom: what is stored")), props("compute", "Backroom: what works on it"))
}
