package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rivo/uniseg"
)

var demos = flag.Int("demos", 0, "how often to start the demo, half of it late in a second; 0 skips the test")

// Whenever it is started, a demo ends by itself and well, and prints what the README shows.
func TestDemos(t *testing.T) {
	if *demos == 0 {
		t.Skip("starts the demo again and again: -demos says how often")
	}
	bin := program(t)
	rng := rand.New(rand.NewPCG(1, uint64(*demos)))
	under := make(chan struct{}, 2) // at the same time
	var all sync.WaitGroup
	for n := range *demos {
		under <- struct{}{} // the one before is still under way: each is under another's load
		fraction := 800*time.Millisecond + time.Duration(rng.IntN(181))*time.Millisecond
		if n%2 == 1 {
			fraction = time.Duration(rng.IntN(1000)) * time.Millisecond
		}
		now := time.Now()
		at := now.Truncate(time.Second).Add(fraction)
		if at.Before(now) {
			at = at.Add(time.Second)
		}
		pause(t.Context(), time.Until(at))
		all.Go(func() {
			defer func() { <-under }()
			if err := oneDemo(t.Context(), bin, t.Logf); err != nil {
				t.Errorf("demo %d, at %s of a second: %v", n, fraction, err)
			}
		})
	}
	all.Wait()
}

func oneDemo(ctx context.Context, bin string, logf func(string, ...any)) error {
	out, err := exec.CommandContext(ctx, bin, "demo").CombinedOutput()
	if err != nil {
		logf("%s", out)
		return err
	}
	for line := range strings.Lines(string(out)) {
		if uniseg.StringWidth(strings.TrimSuffix(line, "\n")) > 80 {
			return fmt.Errorf("wider than a terminal of 80 columns: %s", line)
		}
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		return err
	}
	_, block, _ := strings.Cut(string(readme), "\n```\nShopify simulator ")
	block, _, _ = strings.Cut("Shopify simulator "+block, "```\n")
	if diff := cmp.Diff(lasting(block), lasting(string(out))); diff != "" {
		return fmt.Errorf("README differs (-) from what is printed (+):\n%s", diff)
	}
	return nil
}

// fleeting are the parts of a demo's text that differ from one to the next, and the lines
// of progress, which are there if the machine is slow enough.
var fleeting = regexp.MustCompile(`127\.0\.0\.1:\d+|\d\d:\d\d:\d\d|Bearer \w+|run \w{18}\b|[\d.]+m?s\b|\d+ (API calls|calls|points)|\([\d.]+ an? [a-z ]+\)|(?m:^  (importing|creating) .*\n)`)

// lasting is what is the same in all demos.
func lasting(text string) []string {
	return strings.Split(fleeting.ReplaceAllString(text, ""), "\n")
}
