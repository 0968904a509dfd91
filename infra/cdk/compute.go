package main

import (
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2authorizers"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2integrations"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/jsii-runtime-go"

	"backroom/infra/plan"
)

// computing is what the compute stack has while it is made.
type computing struct {
	stage
	stored

	stack        awscdk.Stack
	group        awsscheduler.CfnScheduleGroup
	scheduleRole awsiam.Role
	functions    map[string]awslambda.Function
	httpAPI      awsapigatewayv2.HttpApi
	plan         plan.Plan
}

func newCompute(app awscdk.App, s stage, p plan.Plan, has stored, props *awscdk.StackProps) {
	c := &computing{
		stage: s, stored: has, stack: awscdk.NewStack(app, jsii.String("Compute"), props),
		functions: map[string]awslambda.Function{}, plan: p,
	}
	if s.Table != "" {
		c.table = awsdynamodb.Table_FromTableName(c.stack, jsii.String("RestoredTable"), &s.Table)
	}
	c.schedules()
	for _, f := range c.plan.Tasks() { // before the dispatcher, which may call them
		c.function(f)
	}
	for _, f := range c.plan.Functions {
		if f.Kind != plan.Task {
			c.function(f)
		}
	}
	c.mapping()
	c.sweeping()
	c.api()
	c.alarms()
	c.dashboard()
}

// arn is an ARN of this account and region.
func (c *computing) arn(service, resource string) *string {
	return c.stack.FormatArn(&awscdk.ArnComponents{Service: &service, Resource: &resource, ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME})
}

// schedules makes the group of the shops' schedules, and the role they send with.
func (c *computing) schedules() {
	c.group = awsscheduler.NewCfnScheduleGroup(c.stack, jsii.String("Schedules"), &awsscheduler.CfnScheduleGroupProps{Name: jsii.String("backroom-" + c.Name)})
	c.scheduleRole = c.role("SendingRole", former{"ScheduleRole", "schedules"}, "schedules send to the queue with it", c.scheduler(), "send",
		statement([]string{"sqs:SendMessage"}, c.queue.QueueArn(), c.deadSchedules.QueueArn()))
}

// scheduler is EventBridge Scheduler, for this account alone.
func (c *computing) scheduler() awsiam.IPrincipal {
	return awsiam.NewServicePrincipal(jsii.String("scheduler.amazonaws.com"), &awsiam.ServicePrincipalOpts{
		Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": c.stack.Account()}},
	})
}

// former is a role as it was made before, with a name of its own.
type former struct{ id, name string }

// role makes a role whose name is CloudFormation's: names of roles are global in
// an account, and a fixed one would keep the stage out of a second region. The
// role of before stays beside it while it is still in use: by functions at work,
// and by schedules until the sweep has made them anew.
func (c *computing) role(id string, was former, description string, by awsiam.IPrincipal, policy string, statements ...awsiam.PolicyStatement) awsiam.Role {
	props := awsiam.RoleProps{
		Description: &description, AssumedBy: by, InlinePolicies: &map[string]awsiam.PolicyDocument{policy: document(statements...)},
	}
	if c.FormerRoles {
		named := props
		named.RoleName = jsii.String(plan.Prefix(c.Name) + was.name)
		awsiam.NewRole(c.stack, &was.id, &named)
	}
	return awsiam.NewRole(c.stack, &id, &props)
}

func document(statements ...awsiam.PolicyStatement) awsiam.PolicyDocument {
	return awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{Statements: &statements})
}

func statement(actions []string, resources ...*string) awsiam.PolicyStatement {
	var as []*string
	for _, a := range actions {
		as = append(as, &a)
	}
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{Actions: &as, Resources: &resources})
}

// resources are the ARNs that a right is for.
func (c *computing) resources(f plan.Function, on plan.Resource) []*string {
	switch on {
	case plan.Table:
		return []*string{c.table.TableArn()}
	case plan.TableIndex1, plan.TableIndex2:
		index := map[plan.Resource]string{plan.TableIndex1: "index1", plan.TableIndex2: "index2"}[on]
		return []*string{jsii.String(*c.table.TableArn() + "/index/" + index)}
	case plan.Queue:
		return []*string{c.queue.QueueArn()}
	case plan.DeadLetters:
		return []*string{c.dead.QueueArn()}
	case plan.DeadSchedules:
		return []*string{c.deadSchedules.QueueArn()}
	case plan.Schedules:
		// Forced: schedules come and go with shops, so that their names cannot be listed here.
		return []*string{c.arn("scheduler", "schedule/backroom-"+c.Name+"/*")}
	case plan.ScheduleRole:
		return []*string{c.scheduleRole.RoleArn()}
	case plan.TaskFunctions:
		var arns []*string
		for _, t := range c.plan.Tasks() {
			arns = append(arns, c.functions[t.Name].FunctionArn())
		}
		return arns
	case plan.AppsSecret:
		return []*string{c.apps.SecretArn()}
	case plan.Logs:
		// Forced: Lambda names the streams of the function's own group.
		return []*string{c.arn("logs", "log-group:"+f.LogGroup(c.Name)+":*")}
	}
	panic(fmt.Sprintf("function %s has a right on %q, which this app does not make", f.Name, on))
}

// value is what an environment variable is set to.
func (c *computing) value(v plan.Variable) *string {
	switch v.Value {
	case plan.StageName:
		return jsii.String(c.Name)
	case plan.LogLevel:
		return jsii.String(c.LogLevel)
	case plan.RunDays:
		return jsii.String(strconv.Itoa(c.RunDays))
	case plan.NamePrefix:
		return jsii.String(plan.Prefix(c.Name))
	case plan.Name, plan.URL, plan.ARN:
	}
	switch [2]string{string(v.Of), string(v.Value)} {
	case [2]string{string(plan.Table), string(plan.Name)}:
		return c.table.TableName()
	case [2]string{string(plan.Queue), string(plan.URL)}:
		return c.queue.QueueUrl()
	case [2]string{string(plan.Queue), string(plan.ARN)}:
		return c.queue.QueueArn()
	case [2]string{string(plan.Schedules), string(plan.Name)}:
		return c.group.Name()
	case [2]string{string(plan.ScheduleRole), string(plan.ARN)}:
		return c.scheduleRole.RoleArn()
	case [2]string{string(plan.DeadLetters), string(plan.URL)}:
		return c.dead.QueueUrl()
	case [2]string{string(plan.DeadSchedules), string(plan.URL)}:
		return c.deadSchedules.QueueUrl()
	case [2]string{string(plan.DeadSchedules), string(plan.ARN)}:
		return c.deadSchedules.QueueArn()
	case [2]string{string(plan.AppsSecret), string(plan.ARN)}:
		return c.apps.SecretArn()
	}
	panic(fmt.Sprintf("variable %s is the %s of %q, which this app does not make", v.Name, v.Value, v.Of))
}

func (c *computing) function(f plan.Function) {
	group := awslogs.NewLogGroup(c.stack, jsii.String(f.LogicalID()+"Log"), &awslogs.LogGroupProps{
		LogGroupName: jsii.String(f.LogGroup(c.Name)), Retention: awslogs.RetentionDays_ONE_MONTH, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	var statements []awsiam.PolicyStatement
	for _, r := range f.Rights {
		st := statement(r.Actions, c.resources(f, r.On)...)
		if r.On == plan.ScheduleRole {
			st.AddCondition(jsii.String("StringEquals"), map[string]string{"iam:PassedToService": "scheduler.amazonaws.com"})
		}
		statements = append(statements, st)
	}
	role := c.role(f.LogicalID()+"ExecutionRole", former{f.LogicalID() + "Role", f.Name}, "of the function that "+f.Description,
		awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil), "function", statements...)
	environment := map[string]*string{}
	for _, v := range f.Environment {
		environment[v.Name] = c.value(v)
	}
	c.functions[f.Name] = awslambda.NewFunction(c.stack, jsii.String(f.LogicalID()), &awslambda.FunctionProps{
		FunctionName: jsii.String(f.FunctionName(c.Name)), Description: &f.Description,
		Runtime: awslambda.Runtime_PROVIDED_AL2023(), Architecture: awslambda.Architecture_ARM_64(), Handler: jsii.String("bootstrap"),
		Code:       awslambda.Code_FromAsset(jsii.String(filepath.Join(c.Code, f.Name)), nil),
		MemorySize: jsii.Number(f.MemoryMB), Timeout: awscdk.Duration_Seconds(jsii.Number(f.Timeout.Seconds())),
		// An immutable role: what the app does not say, CDK does not add.
		Role: role.WithoutPolicyUpdates(nil), Environment: &environment, LogGroup: group, LoggingFormat: awslambda.LoggingFormat_JSON,
		// Chains of follow-ups end at eight hops, so that Lambda's guard may stay on.
		RecursiveLoop: awslambda.RecursiveLoop_TERMINATE,
	})
}

// mapping delivers the queue's messages to the dispatcher.
func (c *computing) mapping() {
	awslambda.NewCfnEventSourceMapping(c.stack, jsii.String("Mapping"), &awslambda.CfnEventSourceMappingProps{
		FunctionName: c.functions["dispatch"].FunctionArn(), EventSourceArn: c.queue.QueueArn(),
		BatchSize: jsii.Number(plan.BatchSize), FunctionResponseTypes: jsii.Strings("ReportBatchItemFailures"),
		ScalingConfig: &awslambda.CfnEventSourceMapping_ScalingConfigProperty{MaximumConcurrency: jsii.Number(c.Concurrency)},
	})
}

// sweeping calls the sweeper. Its schedule is not in the shops' group.
func (c *computing) sweeping() {
	f := c.functions["sweep"]
	role := c.role("SweepCallingRole", former{"SweepScheduleRole", "sweep-schedule"}, "the sweeper is called with it", c.scheduler(), "invoke",
		statement([]string{"lambda:InvokeFunction"}, f.FunctionArn()))
	// Scheduler calls it asynchronously: Lambda would repeat a sweep that failed,
	// and keep one for which it had no room for six hours. The next comes in a minute.
	awslambda.NewCfnEventInvokeConfig(c.stack, jsii.String("SweepOnce"), &awslambda.CfnEventInvokeConfigProps{
		FunctionName: f.FunctionName(), Qualifier: jsii.String("$LATEST"), MaximumRetryAttempts: jsii.Number(0), MaximumEventAgeInSeconds: jsii.Number(60),
	})
	awsscheduler.NewCfnSchedule(c.stack, jsii.String("SweepSchedule"), &awsscheduler.CfnScheduleProps{
		Name: jsii.String(plan.Prefix(c.Name) + "sweep"), Description: jsii.String("looks for what crashes and lost calls leave behind"),
		ScheduleExpression: jsii.String(fmt.Sprintf("rate(%.0f minute)", plan.SweepEvery.Minutes())),
		FlexibleTimeWindow: &awsscheduler.CfnSchedule_FlexibleTimeWindowProperty{Mode: jsii.String("OFF")},
		Target: &awsscheduler.CfnSchedule_TargetProperty{
			Arn: f.FunctionArn(), RoleArn: role.RoleArn(), Input: jsii.String("{}"),
			// The next one comes in a minute.
			RetryPolicy: &awsscheduler.CfnSchedule_RetryPolicyProperty{MaximumRetryAttempts: jsii.Number(0), MaximumEventAgeInSeconds: jsii.Number(60)},
		},
	})
}

// api lets merchants and operators at the interface: each on routes of their own, as
// a route has one authorizer.
func (c *computing) api() {
	api := awsapigatewayv2.NewHttpApi(c.stack, jsii.String("API"), &awsapigatewayv2.HttpApiProps{
		ApiName: jsii.String("backroom-" + c.Name), Description: jsii.String("the interface for merchants and operators"), CreateDefaultStage: jsii.Bool(false),
	})
	c.httpAPI = api
	log := awslogs.NewLogGroup(c.stack, jsii.String("APIAccessLog"), &awslogs.LogGroupProps{
		LogGroupName: jsii.String("/backroom/" + c.Name + "/api-access"), Retention: awslogs.RetentionDays_ONE_MONTH, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	awsapigatewayv2.NewCfnStage(c.stack, jsii.String("APIStage"), &awsapigatewayv2.CfnStageProps{
		ApiId: api.ApiId(), StageName: jsii.String("$default"), AutoDeploy: jsii.Bool(true),
		// A press of "Sync now" is rare; a loop that presses it must not cost money.
		DefaultRouteSettings: &awsapigatewayv2.CfnStage_RouteSettingsProperty{ThrottlingBurstLimit: jsii.Number(50), ThrottlingRateLimit: jsii.Number(20)},
		AccessLogSettings: &awsapigatewayv2.CfnStage_AccessLogSettingsProperty{
			DestinationArn: log.LogGroupArn(),
			Format:         jsii.String(`{"time":"$context.requestTime","request":"$context.requestId","route":"$context.routeKey","status":"$context.status","caller":"$context.identity.userArn"}`),
		},
	})
	integration := awsapigatewayv2integrations.NewHttpLambdaIntegration(jsii.String("APIIntegration"), c.functions["api"], nil)
	for _, r := range plan.Routes {
		var authorizer awsapigatewayv2.IHttpRouteAuthorizer = awsapigatewayv2.NewHttpNoneAuthorizer()
		if r.IAM {
			authorizer = awsapigatewayv2authorizers.NewHttpIamAuthorizer()
		}
		api.AddRoutes(&awsapigatewayv2.AddRoutesOptions{
			Path: jsii.String(r.Path), Methods: &[]awsapigatewayv2.HttpMethod{awsapigatewayv2.HttpMethod_ANY}, Integration: integration, Authorizer: authorizer,
		})
	}
	awscdk.NewCfnOutput(c.stack, jsii.String("APIAddress"), &awscdk.CfnOutputProps{Value: api.ApiEndpoint(), Description: jsii.String("the interface: for merchants by session token, for operators below /operator by IAM")})
}
