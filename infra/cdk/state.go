package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"backroom/infra/plan"
)

// stored is what the state stack has.
type stored struct {
	table           awsdynamodb.ITable
	queue, dead     awssqs.Queue // FIFO
	deadSchedules   awssqs.Queue // standard: Scheduler takes no other
	apps            awssecretsmanager.Secret
	tokens          awskms.Key
	pages, warnings awssns.Topic
}

func newState(app awscdk.App, s stage, props *awscdk.StackProps) stored {
	stack := awscdk.NewStack(app, jsii.String("State"), props)
	prefix := plan.Prefix(s.Name)
	removal := awscdk.RemovalPolicy_DESTROY
	if s.Kept {
		// What a failed first deployment has made goes again, or its names would be
		// taken at the next.
		removal = awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
	}
	var h stored

	attribute := func(name string) *awsdynamodb.Attribute {
		return &awsdynamodb.Attribute{Name: &name, Type: awsdynamodb.AttributeType_STRING}
	}
	table := awsdynamodb.NewTable(stack, jsii.String("Table"), &awsdynamodb.TableProps{
		PartitionKey: attribute("pk"), SortKey: attribute("sk"),
		BillingMode:                      awsdynamodb.BillingMode_PAY_PER_REQUEST, // load comes in bursts on the full hour
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: jsii.Bool(true)},
		DeletionProtection:               jsii.Bool(s.Kept), TimeToLiveAttribute: jsii.String("expires"), RemovalPolicy: removal,
		// At rest it is encrypted with a key that AWS owns, which costs nothing; shops' tokens are encrypted by themselves.
		Encryption: awsdynamodb.TableEncryption_DEFAULT,
	})
	for _, n := range []string{"1", "2"} {
		key := func(part string) *awsdynamodb.Attribute { return attribute("x" + n + part) }
		table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
			IndexName: jsii.String("index" + n), PartitionKey: key("pk"), SortKey: key("sk"), ProjectionType: awsdynamodb.ProjectionType_ALL,
		})
	}

	h.table = table
	// Exported even while a restored table is worked on, or this stack could not be
	// deployed before the other one has let go of it.
	stack.ExportValue(table.TableArn(), nil)
	stack.ExportValue(table.TableName(), nil)

	queue := func(id, name string, p awssqs.QueueProps) awssqs.Queue {
		p.QueueName, p.EnforceSSL, p.Encryption = jsii.String(prefix+name), jsii.Bool(true), awssqs.QueueEncryption_SQS_MANAGED
		p.RetentionPeriod, p.RemovalPolicy = awscdk.Duration_Seconds(jsii.Number(plan.Retention.Seconds())), removal
		return awssqs.NewQueue(stack, &id, &p)
	}
	h.dead = queue("DeadLetters", "dead.fifo", awssqs.QueueProps{Fifo: jsii.Bool(true)})
	h.deadSchedules = queue("DeadSchedules", "dead-schedules", awssqs.QueueProps{})
	h.queue = queue("Queue", "jobs.fifo", awssqs.QueueProps{
		Fifo: jsii.Bool(true),
		// Schedules can give no deduplication id: the body stands in for it.
		ContentBasedDeduplication: jsii.Bool(true),
		// Both together are high throughput: 70,000 messages a second instead of 300.
		DeduplicationScope: awssqs.DeduplicationScope_MESSAGE_GROUP, FifoThroughputLimit: awssqs.FifoThroughputLimit_PER_MESSAGE_GROUP_ID,
		VisibilityTimeout: awscdk.Duration_Seconds(jsii.Number(plan.QueueVisibility.Seconds())),
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: h.dead, MaxReceiveCount: jsii.Number(plan.MaxReceiveCount)},
	})

	h.tokens = awskms.NewKey(stack, jsii.String("Tokens"), &awskms.KeyProps{
		Alias: jsii.String("backroom/" + s.Name + "/tokens"), Description: jsii.String("encrypts the access tokens of shops"),
		EnableKeyRotation: jsii.Bool(true), RemovalPolicy: removal,
	})
	h.apps = awssecretsmanager.NewSecret(stack, jsii.String("Apps"), &awssecretsmanager.SecretProps{
		SecretName:  jsii.String("backroom/" + s.Name + "/apps"),
		Description: jsii.String("SHOPIFY_CLIENT_ID, SHOPIFY_CLIENT_SECRET, BC_CLIENT_ID and BC_CLIENT_SECRET as a JSON object; docs/deploy.md fills it in"),
		// What is generated is replaced by hand: without it CDK would make a text that is no object.
		GenerateSecretString: &awssecretsmanager.SecretStringGenerator{SecretStringTemplate: jsii.String("{}"), GenerateStringKey: jsii.String("UNSET")},
		RemovalPolicy:        removal,
	})
	topic := func(id, name string, addresses []string) awssns.Topic {
		t := awssns.NewTopic(stack, &id, &awssns.TopicProps{TopicName: jsii.String(prefix + name), EnforceSSL: jsii.Bool(true)})
		t.AddToResourcePolicy(alarmsPublish(stack, t, prefix))
		for _, a := range addresses {
			t.AddSubscription(awssnssubscriptions.NewEmailSubscription(&a, nil))
		}
		return t
	}
	h.pages = topic("Pages", "pages", s.Pages)
	h.warnings = topic("Warnings", "warnings", s.Warnings)
	// The table comes last: protected from deletion, it could not be taken back
	// when something after it failed.
	table.Node().AddDependency(h.dead, h.deadSchedules, h.queue, h.tokens, h.apps, h.pages, h.warnings)
	return h
}

// alarmsPublish lets the stage's alarms publish to a topic. A topic's policy
// replaces the default one whole, which would have let them.
func alarmsPublish(stack awscdk.Stack, t awssns.Topic, prefix string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid: jsii.String("AlarmsPublish"), Actions: jsii.Strings("sns:Publish"), Resources: &[]*string{t.TopicArn()},
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)},
		Conditions: &map[string]any{
			"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()},
			"ArnLike": map[string]any{"aws:SourceArn": stack.FormatArn(&awscdk.ArnComponents{
				Service: jsii.String("cloudwatch"), Resource: jsii.String("alarm"), ResourceName: jsii.String(prefix + "*"), ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
			})},
		},
	})
}
