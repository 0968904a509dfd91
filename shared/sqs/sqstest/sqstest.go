// Package sqstest is a fake of SQS on the wire: one FIFO queue whose behaviour
// is the memory queue's and whose answers and refusals are the service's.
package sqstest

import (
	"crypto/md5" //nolint:gosec // what the service sends, for integrity only
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"backroom/shared/awsfault/awswire"
	"backroom/shared/memory"
	"backroom/shared/queue"
)

// URL is the queue's address, and the others those of its dead letters and of
// schedules' ones.
const (
	URL              = "https://sqs.eu-north-1.amazonaws.com/123456789012/backroom-jobs.fifo"
	DeadURL          = "https://sqs.eu-north-1.amazonaws.com/123456789012/backroom-dead.fifo"
	DeadSchedulesURL = "https://sqs.eu-north-1.amazonaws.com/123456789012/backroom-dead-schedules"
)

// Server is the queue. Safe for concurrent use.
type Server struct {
	// Queue is what the server stands before.
	Queue *memory.Queue
	// Attributes are what the queue answers about itself. Set before use.
	Attributes map[string]string

	mu       sync.Mutex
	attempts map[string][]delivery // receives by attempt id
	dead     map[string]int        // messages in the queues of dead letters, by address
}

// New makes an empty queue.
func New(now func() time.Time) *Server {
	return &Server{
		Queue: memory.NewQueue(now), attempts: map[string][]delivery{}, dead: map[string]int{DeadURL: 0, DeadSchedulesURL: 0},
		Attributes: map[string]string{
			"FifoQueue": "true", "ContentBasedDeduplication": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId",
		},
	}
}

type request struct {
	QueueURL                    string `json:"QueueUrl"`
	MessageBody                 string
	MessageGroupID              string `json:"MessageGroupId"`
	MessageDeduplicationID      string `json:"MessageDeduplicationId"`
	MaxNumberOfMessages         int
	VisibilityTimeout           *int
	WaitTimeSeconds             int
	MessageSystemAttributeNames []string
	AttributeNames              []string
	ReceiveRequestAttemptID     string `json:"ReceiveRequestAttemptId"`
	ReceiptHandle               string
}

type delivery struct {
	MessageID     string `json:"MessageId"`
	ReceiptHandle string
	Body          string
	MD5OfBody     string
	Attributes    map[string]string
}

func sum(body string) string {
	s := md5.Sum([]byte(body)) //nolint:gosec // as above
	return hex.EncodeToString(s[:])
}

// Attributes are the system attributes of a delivery.
func Attributes(m queue.Message) map[string]string {
	return map[string]string{
		"MessageGroupId": m.Group, "ApproximateReceiveCount": strconv.Itoa(m.Receives),
		"SentTimestamp": strconv.FormatInt(m.Sent.UnixMilli(), 10),
	}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in request
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()             // such as DelaySeconds, which a FIFO queue refuses
	if err := d.Decode(&in); err != nil { //nolint:musttag // the service's own names
		refuse(w, "InvalidParameterValue", err.Error())
		return
	}
	if n, ok := s.letters(in.QueueURL); ok && awswire.Operation(r) == "GetQueueAttributes" {
		awswire.Reply(w, http.StatusOK, map[string]any{"Attributes": map[string]string{"ApproximateNumberOfMessages": strconv.Itoa(n)}})
		return
	}
	if in.QueueURL != URL {
		refuse(w, "QueueDoesNotExist", "The specified queue does not exist.")
		return
	}
	var out any
	var err error
	switch op := awswire.Operation(r); op {
	case "SendMessage":
		out, err = s.send(r, in)
	case "ReceiveMessage":
		out, err = s.receive(r, in)
	case "ChangeMessageVisibility":
		out, err = struct{}{}, s.extend(r, in)
	case "GetQueueAttributes":
		out, err = s.attributes(r, in)
	case "DeleteMessage":
		out, err = struct{}{}, s.Queue.Delete(r.Context(), in.ReceiptHandle)
	default:
		refuse(w, "InvalidAction", op)
		return
	}
	switch {
	case err == nil:
		awswire.Reply(w, http.StatusOK, out)
	case errors.Is(err, queue.ErrStaleReceipt):
		refuse(w, "InvalidParameterValue", "Value "+in.ReceiptHandle+" for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.")
	case errors.Is(err, errContents):
		refuse(w, "InvalidMessageContents", err.Error())
	case errors.Is(err, queue.ErrInvalid):
		refuse(w, "InvalidParameterValue", err.Error())
	default:
		awswire.Refuse(w, http.StatusInternalServerError, "InternalFailure", err.Error())
	}
}

// SetDead sets how many messages a queue of dead letters has.
func (s *Server) SetDead(url string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dead[url] = n
}

func (s *Server) letters(url string) (int, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.dead[url]
	return n, ok
}

func refuse(w http.ResponseWriter, code, message string) {
	w.Header().Set("X-Amzn-Query-Error", code+";Sender")
	awswire.Refuse(w, http.StatusBadRequest, "com.amazonaws.sqs#"+code, message)
}

var errContents = errors.New("message contains characters outside the allowed set")

func (s *Server) send(r *http.Request, in request) (any, error) {
	outside := func(c rune) bool { return c < ' ' && c != '\t' && c != '\n' && c != '\r' }
	if strings.ContainsFunc(in.MessageBody, outside) {
		return nil, errContents
	}
	err := s.Queue.Send(r.Context(), in.MessageGroupID, in.MessageDeduplicationID, []byte(in.MessageBody))
	return map[string]string{"MessageId": "sent", "MD5OfMessageBody": sum(in.MessageBody)}, err
}

func (s *Server) receive(r *http.Request, in request) (any, error) {
	type answer struct {
		Messages []delivery `json:",omitempty"`
	}
	s.mu.Lock()
	earlier, ok := s.attempts[in.ReceiveRequestAttemptID]
	s.mu.Unlock()
	if ok && in.ReceiveRequestAttemptID != "" {
		return answer{earlier}, nil
	}
	visibility := 30 * time.Second
	if in.VisibilityTimeout != nil {
		visibility = time.Duration(*in.VisibilityTimeout) * time.Second
	}
	if in.WaitTimeSeconds < 0 || in.WaitTimeSeconds > 20 {
		return nil, queue.ErrInvalid
	}
	ms, err := s.Queue.Receive(r.Context(), in.MaxNumberOfMessages, visibility, time.Duration(in.WaitTimeSeconds)*time.Second)
	if err != nil {
		return nil, err
	}
	var out answer
	for _, m := range ms {
		d := delivery{MessageID: m.ID, ReceiptHandle: m.Receipt, Body: string(m.Body), MD5OfBody: sum(string(m.Body)), Attributes: map[string]string{}}
		all := Attributes(m)
		for _, n := range in.MessageSystemAttributeNames {
			d.Attributes[n] = all[n]
		}
		out.Messages = append(out.Messages, d)
	}
	s.mu.Lock()
	s.attempts[in.ReceiveRequestAttemptID] = out.Messages
	s.mu.Unlock()
	return out, nil
}

// attributes answers all, as a client must ask: of a queue that is no FIFO
// queue, the service does not know FifoQueue.
func (s *Server) attributes(r *http.Request, in request) (any, error) {
	const count = "ApproximateNumberOfMessages"
	switch {
	case len(in.AttributeNames) == 1 && in.AttributeNames[0] == count:
		n, err := s.Queue.Waiting(r.Context())
		return map[string]any{"Attributes": map[string]string{count: strconv.Itoa(n)}}, err
	case len(in.AttributeNames) != 1 || in.AttributeNames[0] != "All":
		return nil, queue.ErrInvalid
	}
	return map[string]any{"Attributes": s.Attributes}, nil
}

func (s *Server) extend(r *http.Request, in request) error {
	if in.VisibilityTimeout == nil {
		return queue.ErrInvalid
	}
	return s.Queue.Extend(r.Context(), in.ReceiptHandle, time.Duration(*in.VisibilityTimeout)*time.Second)
}
