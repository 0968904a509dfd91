package lambdafn

import (
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"backroom/shared/awsfault/awswire"
	"backroom/shared/lambdafn/lambdafntest"
)

// refusing answers one operation with an error.
type refusing struct {
	inner     http.RoundTripper
	op        string
	status    int
	code, say string
}

func (r refusing) RoundTrip(q *http.Request) (*http.Response, error) {
	if awswire.Operation(q) != r.op {
		return r.inner.RoundTrip(q)
	}
	w := httptest.NewRecorder()
	awswire.Refuse(w, r.status, r.code, r.say)
	return w.Result(), nil
}

// tries counts the requests of each operation.
type tries struct {
	inner http.RoundTripper

	mu sync.Mutex
	of map[string]int
}

func (c *tries) RoundTrip(q *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.of[awswire.Operation(q)]++
	c.mu.Unlock()
	return c.inner.RoundTrip(q)
}

func TestCheck(t *testing.T) {
	const bad = http.StatusBadRequest
	tests := []struct {
		name   string
		refuse refusing
		queue  map[string]string // attributes that differ
		want   []string          // parts of the error; none: no error
		noted  string            // part of the log
	}{
		{name: "all is as the settings say"},
		{
			name: "the table is missing", refuse: refusing{op: "GetItem", status: bad, code: "ResourceNotFoundException", say: "Requested resource not found"},
			want: []string{`BACKROOM_TABLE="backroom": it must be a table in eu-north-1 with the text keys pk and sk`, "Requested resource not found"},
		},
		{
			name: "the table has other keys", refuse: refusing{op: "GetItem", status: bad, code: "ValidationException", say: "The provided key element does not match the schema"},
			want: []string{`BACKROOM_TABLE="backroom": it must be a table in eu-north-1 with the text keys pk and sk`, "does not match the schema"},
		},
		{
			name: "the role may not read the table", refuse: refusing{op: "GetItem", status: bad, code: "AccessDeniedException", say: "User: arn:aws:sts::123456789012:assumed-role/x is not authorized to perform: dynamodb:GetItem"},
			want: []string{"BACKROOM_TABLE=", "which the function's role may read", "not authorized to perform: dynamodb:GetItem"},
		},
		{
			name: "the queue is missing", refuse: refusing{op: "GetQueueAttributes", status: bad, code: "QueueDoesNotExist", say: "The specified queue does not exist."},
			want: []string{"BACKROOM_QUEUE_URL=", "it must be the address of a FIFO queue in eu-north-1", "does not exist"},
		},
		{
			name: "the role may not look at the queue", refuse: refusing{op: "GetQueueAttributes", status: http.StatusForbidden, code: "AccessDenied", say: "not authorized to perform: sqs:getqueueattributes"},
			want: []string{"BACKROOM_QUEUE_URL=", "whose attributes the function's role may read", "sqs:getqueueattributes"},
		},
		{
			name: "the queue is a standard queue", queue: map[string]string{"FifoQueue": "", "ContentBasedDeduplication": "", "DeduplicationScope": "", "FifoThroughputLimit": ""},
			want: []string{"BACKROOM_QUEUE_URL=", "it must be the address of a FIFO queue", `its FifoQueue is ""`},
		},
		{
			name: "the queue compares no contents", queue: map[string]string{"ContentBasedDeduplication": "false"},
			want: []string{"BACKROOM_QUEUE_URL=", "content-based deduplication", `its ContentBasedDeduplication is "false", want "true"`},
		},
		{
			name: "the queue has no high throughput", queue: map[string]string{"FifoThroughputLimit": "perQueue"},
			want: []string{"BACKROOM_QUEUE_URL=", "high throughput", `want "perMessageGroupId"`},
		},
		{
			name: "both at once", refuse: refusing{op: "GetItem", status: bad, code: "ResourceNotFoundException"}, queue: map[string]string{"FifoQueue": ""},
			want: []string{"BACKROOM_TABLE=", "BACKROOM_QUEUE_URL="},
		},
		{
			name: "a busy table proves nothing", refuse: refusing{op: "GetItem", status: bad, code: "ThrottlingException"},
			noted: `"setting":"BACKROOM_TABLE"`,
		},
		{
			name: "an error of the service proves nothing", refuse: refusing{op: "GetQueueAttributes", status: http.StatusInternalServerError, code: "InternalFailure"},
			noted: `"setting":"BACKROOM_QUEUE_URL"`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := lambdafntest.New(now)
			maps.Copy(a.Queue.Attributes, tt.queue)
			tt.refuse.inner = a.Transport
			var log bytes.Buffer
			tried := &tries{inner: tt.refuse, of: map[string]int{}}
			f, err := New(World{Lookup: lambdafntest.Lookup(a.Environment()), Log: &log, Now: now, AWS: tried, Retry: awswire.Config(nil).Retryer})
			if err != nil {
				t.Fatal(err)
			}
			err = f.Check(t.Context())
			if (err == nil) != (len(tt.want) == 0) {
				t.Fatalf("err = %v", err)
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("no word of %q in: %v", w, err)
				}
			}
			if !strings.Contains(log.String(), tt.noted) || tt.noted == "" && log.Len() > 0 {
				t.Errorf("log: %s", log.String())
			}
			for op, n := range tried.of {
				if n != 1 {
					t.Errorf("%s is tried %d times", op, n)
				}
			}
		})
	}
}

// A task's function has no queue to check.
func TestCheckOfATask(t *testing.T) {
	a := lambdafntest.New(now)
	f, err := New(World{Lookup: lambdafntest.Lookup(a.TaskEnvironment()), AWS: a.Transport, Log: &bytes.Buffer{}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Check(t.Context()); err != nil || a.Transport.Calls("GetItem") != 1 || a.Transport.Calls("GetQueueAttributes") != 0 {
		t.Errorf("checked with %d reads, %v", a.Transport.Calls("GetItem"), err)
	}
}
