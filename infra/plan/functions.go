package plan

import (
	"slices"
	"time"

	"backroom/shared/jobqueue"
	"backroom/shared/metrics"
)

// Variables of all functions, and of those that send and schedule.
var (
	common = []Variable{
		{"BACKROOM_TABLE", Table, Name, "the table"},
		{"BACKROOM_STAGE", "", StageName, "the dimension Stage of metrics"},
		{"BACKROOM_LOG", "", LogLevel, "debug, info, warn or error"},
	}
	sending = []Variable{
		{"BACKROOM_QUEUE_URL", Queue, URL, "where messages are sent to"},
		{"BACKROOM_RUN_DAYS", "", RunDays, "how many days a run that has ended stays in the log"},
	}
	scheduling = []Variable{
		{"BACKROOM_QUEUE_ARN", Queue, ARN, "what schedules send to"},
		{"BACKROOM_SCHEDULE_GROUP", Schedules, Name, "where schedules are made"},
		{"BACKROOM_SCHEDULE_ROLE", ScheduleRole, ARN, "what schedules send with"},
		{"BACKROOM_SCHEDULE_DLQ", DeadSchedules, ARN, "where firings go that cannot be delivered"},
		{"BACKROOM_TASK_PREFIX", "", NamePrefix, "a task's function is called prefix + task"},
	}
	secrets = []Variable{{"BACKROOM_SECRET", AppsSecret, ARN, "credentials of the Shopify app and the Entra app"}}
)

func logs() Right {
	return Right{[]string{"logs:CreateLogStream", "logs:PutLogEvents"}, Logs, "Lambda writes the log with the function's role"}
}

func passRole() Right {
	return Right{[]string{"iam:PassRole"}, ScheduleRole, "a schedule is made with the role it sends with"}
}

func dispatch() Function {
	return Function{
		Name: "dispatch", Kind: Dispatch, Description: "works on the queue's messages",
		MemoryMB: 128, MemoryWhy: "it waits for its task's function", Timeout: DispatchTimeout,
		Environment: slices.Concat(common, sending, scheduling),
		Rights: []Right{
			{[]string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}, Queue, "the mapping receives and deletes with the function's role; the attributes are checked at the start"},
			{[]string{"sqs:ChangeMessageVisibility", "sqs:SendMessage"}, Queue, "messages are held and given back; follow-ups are sent"},
			{[]string{"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}, Table, "entries, runs and categories; a run starts only where nobody has recorded that it does not, a large checkpoint is kept apart, an entry for one run goes with it"},
			{[]string{"lambda:InvokeFunction"}, TaskFunctions, "a task runs in its own function"},
			{[]string{"scheduler:CreateSchedule", "scheduler:DeleteSchedule"}, Schedules, "retries and next runs are armed; what ticks for nobody is deleted"},
			passRole(), logs(),
		},
	}
}

func sweep() Function {
	return Function{
		Name: "sweep", Kind: Sweep, Description: "mends what crashes and lost calls leave behind, in all shops",
		MemoryMB: 256, MemoryWhy: "CPU grows with memory: it reads the entries of all shops in a minute", Timeout: SweepTimeout,
		Environment: slices.Concat(common, sending, scheduling),
		Rights: []Right{
			{[]string{"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}, Table, "entries, runs and categories, as the dispatcher; the list of shops"},
			{[]string{"dynamodb:Query"}, TableIndex2, "runs that wait for a message"},
			{[]string{"sqs:SendMessage", "sqs:GetQueueAttributes"}, Queue, "lost messages are sent again; the attributes are checked at the start"},
			{[]string{"scheduler:GetSchedule", "scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"}, Schedules, "schedules that are missing, or not what their entry says"},
			passRole(), logs(),
		},
	}
}

func api() Function {
	return Function{
		Name: "api", Kind: API, Description: "runs a task now, and says how a run goes",
		MemoryMB: 128, MemoryWhy: "a few reads and one write a request", Timeout: APITimeout,
		Environment: slices.Concat(common, sending),
		Rights: []Right{
			{[]string{"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"}, Table, "entries and runs; a run in progress is looked for in the shop's categories"},
			{[]string{"sqs:SendMessage", "sqs:GetQueueAttributes"}, Queue, "an accepted run is sent; the attributes are checked at the start"},
			logs(),
		},
	}
}

func task(reg jobqueue.Registration) Function {
	return Function{
		Name: reg.Name, Kind: Task, Description: reg.Default.Description, Registration: reg,
		MemoryMB: 256, MemoryWhy: "it mostly waits for the two APIs; one page of orders is far below that", Timeout: TaskTimeout,
		Environment: slices.Concat(common, secrets),
		Rights: []Right{
			{[]string{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}, Table, "its records, under its lease"},
			{[]string{"dynamodb:Query"}, TableIndex2, "records by state"},
			{[]string{"secretsmanager:GetSecretValue"}, AppsSecret, "credentials of the two apps"},
			logs(),
		},
	}
}

func alarms(reg jobqueue.Registration) []Alarm {
	return []Alarm{{
		Name: "run-failed-" + reg.Name, Severity: Page, Task: reg.Name, Metric: metrics.RunsFailed, Threshold: 1, Period: 5 * time.Minute,
		Description: "A run of " + reg.Name + " failed for a cause on our side, and nobody else will mend it. Its log line \"run ended\" names the shop, the run and the error.",
		Runbook:     "run-failed",
	}, {
		Name: "run-refused-" + reg.Name, Severity: Warning, Task: reg.Name, Metric: metrics.RunsRefused, Threshold: 20, Period: time.Hour,
		Description: "Many runs of " + reg.Name + " failed in an hour for causes that merchants must mend (credentials, settings). If they began together, the cause is ours.",
		Runbook:     "run-refused",
	}}
}

// rejected is the alarm of triggers that belong to no task.
func rejected() Alarm {
	return Alarm{
		Name: "run-failed-" + metrics.NoTask, Severity: Page, Task: metrics.NoTask, Metric: metrics.RunsFailed, Threshold: 1, Period: 5 * time.Minute,
		Description: "A trigger made no sense and was set aside: something sends to the queue what no entry understands. The dispatcher's log line \"message rejected\" says why.",
		Runbook:     "run-failed",
	}
}
