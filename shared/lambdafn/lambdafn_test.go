package lambdafn

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"

	"backroom/shared/awsfault/awswire"
	"backroom/shared/fault"
	"backroom/shared/jobqueue"
	"backroom/shared/lambdafn/lambdafntest"
	"backroom/shared/shop"
	"backroom/shared/wiring"
)

func now() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }

func open(t *testing.T, a *lambdafntest.Account, change func(map[string]string)) (*Function, *bytes.Buffer) {
	t.Helper()
	env := a.Environment()
	if change != nil {
		change(env)
	}
	var log bytes.Buffer
	f, err := New(World{Lookup: lambdafntest.Lookup(env), AWS: a.Transport, Log: &log, Now: now, Retry: awswire.Config(nil).Retryer})
	if err != nil {
		t.Fatal(err)
	}
	return f, &log
}

func card() shop.Shop {
	return shop.Shop{
		Code: "sample", Domain: "sample.myshopify.com",
		Company: shop.Company{Tenant: "contoso.com", Environment: "Production", ID: "7a1e6e4c-0000-0000-0000-00000000c001"},
	}
}

func TestNothingIsCalledBeforeTheFirstEvent(t *testing.T) {
	a := lambdafntest.New(now)
	var called []string
	a.Transport.Fault = func(op string, _ int) awswire.Fault { called = append(called, op); return awswire.None }
	f, _ := open(t, a, nil)
	if _, err := f.Dispatcher(jobqueue.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	if len(called) > 0 {
		t.Errorf("a cold start calls %q", called)
	}
}

func TestSecretIsReadOnce(t *testing.T) {
	a := lambdafntest.New(now)
	f, _ := open(t, a, nil)
	for range 2 {
		if _, err := f.shopify(card()); err != nil {
			t.Fatal(err)
		}
		if _, err := f.businessCentral(card()); err != nil {
			t.Fatal(err)
		}
	}
	if n := a.Transport.Calls("GetSecretValue"); n != 1 {
		t.Errorf("the secret is read %d times", n)
	}
}

func TestSecretProblems(t *testing.T) {
	tests := []struct {
		name  string
		fault awswire.Fault
		env   func(map[string]string)
		apps  map[string]string
		want  string
		kind  fault.Kind
	}{
		{name: "a value is missing", apps: map[string]string{"BC_CLIENT_SECRET": "hush"}, want: "SHOPIFY_CLIENT_ID is not set", kind: fault.Transient},
		{name: "there is no such secret", env: func(m map[string]string) { m["BACKROOM_SECRET"] = "other" }, want: "BACKROOM_SECRET", kind: fault.Bug},
		{name: "throttled", fault: awswire.Busy, want: "BACKROOM_SECRET", kind: fault.Throttled},
		{name: "no secret: the environment counts", env: func(m map[string]string) { delete(m, "BACKROOM_SECRET") }, want: "BC_CLIENT_ID is not set", kind: fault.Transient},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := lambdafntest.New(now)
			if tt.apps != nil {
				a.Apps = tt.apps
			}
			a.Transport.Fault = func(string, int) awswire.Fault { return tt.fault }
			f, _ := open(t, a, tt.env)
			_, err := f.shopify(card())
			if err == nil || !strings.Contains(err.Error(), tt.want) || fault.KindOf(err) != tt.kind || strings.Contains(err.Error(), "hush") {
				t.Errorf("%v of kind %q, want %q of kind %q", err, fault.KindOf(err), tt.want, tt.kind)
			}
			a.Transport.Fault, a.Apps = nil, lambdafntest.New(now).Apps
			if _, err := f.shopify(card()); err != nil && tt.env == nil {
				t.Errorf("a failure is kept: %v", err)
			}
		})
	}
}

// Metrics do not depend on the log's level.
func TestMetricsAreWrittenWhateverTheLogLevel(t *testing.T) {
	f, log := open(t, lambdafntest.New(now), func(env map[string]string) { env["BACKROOM_LOG"], env["BACKROOM_STAGE"] = "error", "prod" })
	d, err := f.Dispatcher(jobqueue.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	d.OnEnd(jobqueue.Run{Shop: "acme", Task: "sync-orders", Outcome: jobqueue.Succeeded, Started: now(), Ended: now().Add(90 * time.Second)})
	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil || line["Stage"] != "prod" || line["Task"] != "sync-orders" || line["RunSeconds"] != 90.0 || line["shop"] != "acme" {
		t.Errorf("line %s, %v", log, err)
	}
}

func TestLinesCarryTheRequestID(t *testing.T) {
	f, log := open(t, lambdafntest.New(now), nil)
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "request-1"})
	f.Log.With("shop", "acme").InfoContext(ctx, "hello")
	f.Log.DebugContext(ctx, "hidden")
	if s := log.String(); !strings.Contains(s, `"requestId":"request-1"`) || strings.Count(s, "\n") != 1 {
		t.Errorf("log %s", s)
	}
}

func TestRequestsAreSignedAsTheRole(t *testing.T) {
	f, _ := open(t, lambdafntest.New(now), nil)
	c, err := f.aws.Credentials.Retrieve(t.Context())
	if err != nil || c.AccessKeyID != "AKIDEXAMPLE" || c.SecretAccessKey != "of nobody" || c.SessionToken != "session" || aws.ToString(f.aws.BaseEndpoint) == "" {
		t.Errorf("credentials of %s, %v", c.AccessKeyID, err)
	}
}

func TestTaskMustBeRegistered(t *testing.T) {
	f, _ := open(t, lambdafntest.New(now), nil)
	if _, err := f.Task("sync-nothing", wiring.Tasks(f.Options())); err == nil || errors.Is(err, errNoDispatch) {
		t.Errorf("err = %v", err)
	}
}
