package plan

import (
	"slices"

	"backroom/shared/task"
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
	counting = []Variable{
		{"BACKROOM_DEAD_URL", DeadLetters, URL, "whose messages the sweep counts"},
		{"BACKROOM_DEAD_SCHEDULES_URL", DeadSchedules, URL, "whose messages the sweep counts"},
	}
	secrets = []Variable{{"BACKROOM_SECRET", AppsSecret, ARN, "credentials of the Shopify app and the Entra app"}}
)

func logs() Right {
	return Right{[]string{"logs:CreateLogStream", "logs:PutLogEvents"}, Logs, "Lambda writes the log with the function's role"}
}

func passRole() Right {
	return Right{[]string{"iam:PassRole"}, ScheduleRole, "a schedule is made with the role it sends with"}
}

func dispatchFunction() Function {
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

func sweepFunction() Function {
	return Function{
		Name: "sweep", Kind: Sweep, Description: "mends what crashes and lost calls leave behind, in all shops",
		MemoryMB: 256, MemoryWhy: "CPU grows with memory: it reads the entries of all shops in a minute", Timeout: SweepTimeout,
		Environment: slices.Concat(common, sending, scheduling, counting),
		Rights: []Right{
			{[]string{"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}, Table, "entries, runs and categories, as the dispatcher; the list of shops"},
			{[]string{"dynamodb:Query"}, TableIndex2, "runs that wait for a message"},
			{[]string{"sqs:SendMessage", "sqs:GetQueueAttributes"}, Queue, "lost messages are sent again; the attributes are checked at the start"},
			{[]string{"sqs:GetQueueAttributes"}, DeadLetters, "dead letters are counted"},
			{[]string{"sqs:GetQueueAttributes"}, DeadSchedules, "dead letters are counted"},
			{[]string{"scheduler:GetSchedule", "scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"}, Schedules, "schedules that are missing, or not what their entry says"},
			passRole(), logs(),
		},
	}
}

func apiFunction() Function {
	return Function{
		Name: "api", Kind: API, Description: "answers merchants and operators",
		MemoryMB: 128, MemoryWhy: "a few reads and writes a request", Timeout: APITimeout,
		Environment: slices.Concat(common, sending, scheduling, secrets),
		Rights: []Right{
			{[]string{"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}, Table, "what people look at, and change together with its trail; an entry goes only while no run of it is in process, an owner only while another stays"},
			{[]string{"dynamodb:Query"}, TableIndex1, "runs and orders in their order, the shops of a domain"},
			{[]string{"dynamodb:Query"}, TableIndex2, "orders by state"},
			{[]string{"sqs:SendMessage", "sqs:GetQueueAttributes"}, Queue, "an accepted run is sent; the attributes are checked at the start"},
			{[]string{"scheduler:GetSchedule", "scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"}, Schedules, "an entry that a person has changed, held or made ready is armed anew"},
			{[]string{"secretsmanager:GetSecretValue"}, AppsSecret, "session tokens are signed with the app's secret; the connection check reads both sides"},
			passRole(), logs(),
		},
	}
}

func taskFunction(d task.Definition) Function {
	var lists []Right
	if d.Lists != "" {
		lists = []Right{{[]string{"dynamodb:Query"}, Table, d.Lists}}
	}
	if !d.KeysOnly {
		lists = append(lists, Right{[]string{"dynamodb:Query"}, TableIndex2, "records by state"})
	}
	return Function{
		Name: d.Name, Kind: Task, Description: d.Title, Definition: d,
		MemoryMB: d.MemoryMB, MemoryWhy: d.MemoryWhy, Timeout: TaskTimeout,
		Environment: slices.Concat(common, secrets),
		Rights: slices.Concat([]Right{
			{[]string{"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}, Table, "its records, under its lease"},
		}, lists, []Right{
			{[]string{"secretsmanager:GetSecretValue"}, AppsSecret, "credentials of the two apps"},
			logs(),
		}),
	}
}
