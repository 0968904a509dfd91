// Package lambdatest is a fake of Lambda's Invoke on the wire, which runs
// functions in this process.
package lambdatest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-lambda-go/lambda"

	"backroom/shared/awsfault/awswire"
)

// maxPayload is the largest request of a synchronous call.
const maxPayload = 6 << 20

// Server has functions by name.
type Server struct {
	Functions map[string]lambda.Handler
	// Full makes every call meet the limit of concurrent functions.
	Full atomic.Bool
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, "/2015-03-31/functions/")
	name, isInvoke := strings.CutSuffix(name, "/invocations")
	f := s.Functions[name]
	payload, err := io.ReadAll(r.Body)
	switch {
	case err != nil || !ok || !isInvoke || r.Method != http.MethodPost:
		awswire.Refuse(w, http.StatusBadRequest, "InvalidRequestContentException", r.URL.Path)
	case f == nil:
		awswire.Refuse(w, http.StatusNotFound, "ResourceNotFoundException", "Function not found: "+name)
	case r.Header.Get("X-Amz-Invocation-Type") != "RequestResponse":
		awswire.Refuse(w, http.StatusBadRequest, "InvalidParameterValueException", "the dispatcher waits for its tasks")
	case len(payload) > maxPayload:
		awswire.Refuse(w, http.StatusRequestEntityTooLarge, "RequestTooLargeException", fmt.Sprint(len(payload)))
	case s.Full.Load():
		w.Header().Set("Retry-After", "7")
		awswire.Refuse(w, http.StatusTooManyRequests, "TooManyRequestsException", "Rate Exceeded.")
	default:
		// A function runs to its end whether or not its caller listens.
		out, err := invoke(context.WithoutCancel(r.Context()), f, payload)
		if err != nil {
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			out, err = json.Marshal(map[string]string{"errorType": fmt.Sprintf("%T", err), "errorMessage": err.Error()})
		}
		if err != nil {
			awswire.Refuse(w, http.StatusInternalServerError, "ServiceException", err.Error())
			return
		}
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(out)
	}
}

// invoke turns a crash of the function into its error, as the runtime does.
func invoke(ctx context.Context, f lambda.Handler, payload []byte) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f.Invoke(ctx, payload)
}
