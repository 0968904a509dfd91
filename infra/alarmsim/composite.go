package alarmsim

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/scanner"
)

// rule is a composite's rule over the states of its children, by ARN or name.
type rule func(state func(alarm string) State) bool

// compositeAlarm is an alarm on alarms.
type compositeAlarm struct {
	name, arn       string
	rule            rule
	children        []string
	suppressor      string // "": none
	wait, extension int64  // seconds
	actions         map[State][]string
}

const mostChildren = 100

func (s *Stacks) compositeOf(id string) (c compositeAlarm, err error) {
	p := s.resources[id].Properties
	for name := range p {
		if !properties[name] {
			return c, fmt.Errorf("%s: the property %s is not modelled", id, name)
		}
	}
	c = compositeAlarm{name: s.name(id), arn: s.arn(id), wait: int64(number(p["ActionsSuppressorWaitPeriod"])), extension: int64(number(p["ActionsSuppressorExtensionPeriod"]))}
	text, err := s.text(p["AlarmRule"])
	if err == nil {
		c.rule, c.children, err = parseRule(text)
	}
	if err == nil {
		c.suppressor, err = s.text(p["ActionsSuppressor"])
	}
	if err == nil {
		c.actions, err = s.actions(p)
	}
	switch {
	case err != nil:
		return c, fmt.Errorf("%s: %w", id, err)
	case c.suppressor != "" && (p["ActionsSuppressorWaitPeriod"] == nil || p["ActionsSuppressorExtensionPeriod"] == nil):
		return c, fmt.Errorf("%s: a suppressor without both of its periods", id)
	case len(c.children) > mostChildren:
		return c, fmt.Errorf("%s: %d children", id, len(c.children))
	}
	return c, nil
}

// parseRule reads ALARM("…"), OK("…"), INSUFFICIENT_DATA("…") with AND, OR and NOT.
func parseRule(text string) (rule, []string, error) {
	var s scanner.Scanner
	s.Init(strings.NewReader(text))
	s.Mode = scanner.ScanIdents | scanner.ScanStrings
	p := &ruleParser{}
	for t := s.Scan(); t != scanner.EOF; t = s.Scan() {
		p.tokens = append(p.tokens, s.TokenText())
	}
	r, err := p.or()
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("%q is left over", p.tokens)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("rule %q: %w", text, err)
	}
	slices.Sort(p.children)
	return r, slices.Compact(p.children), nil
}

type ruleParser struct {
	tokens   []string
	children []string
}

func (p *ruleParser) take(want string) bool {
	if len(p.tokens) == 0 || want != "" && p.tokens[0] != want {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *ruleParser) or() (rule, error) {
	a, err := p.and()
	for err == nil && p.take("OR") {
		var b rule
		b, err = p.and()
		left := a
		a = func(state func(string) State) bool { return left(state) || b(state) }
	}
	return a, err
}

func (p *ruleParser) and() (rule, error) {
	a, err := p.not()
	for err == nil && p.take("AND") {
		var b rule
		b, err = p.not()
		left := a
		a = func(state func(string) State) bool { return left(state) && b(state) }
	}
	return a, err
}

func (p *ruleParser) not() (rule, error) {
	switch {
	case p.take("NOT"):
		a, err := p.not()
		return func(state func(string) State) bool { return !a(state) }, err
	case p.take("("):
		a, err := p.or()
		if err == nil && !p.take(")") {
			err = errors.New("a bracket is not closed")
		}
		return a, err
	case p.take("TRUE"):
		return func(func(string) State) bool { return true }, nil
	case p.take("FALSE"):
		return func(func(string) State) bool { return false }, nil
	}
	if len(p.tokens) < 4 || p.tokens[1] != "(" || p.tokens[3] != ")" {
		return nil, fmt.Errorf("%q is not modelled", p.tokens)
	}
	want, child := State(p.tokens[0]), strings.Trim(p.tokens[2], `"`)
	if !slices.Contains([]State{OK, Alarm, Insufficient}, want) {
		return nil, fmt.Errorf("%s(…) is not modelled", want)
	}
	p.tokens, p.children = p.tokens[4:], append(p.children, child)
	return func(state func(string) State) bool { return state(child) == want }, nil
}

// suppressed is the part of a composite that a suppressor changes: when its
// actions run. Times are seconds.
//
// Every change first waits; at the end the action of the state then current
// runs, unless the suppressor rings. A new change discards the wait and starts
// another. A suppressor that ends begins the extension instead of the wait.
type suppressed struct {
	wait, extension int64
	pending         bool  // the state's action has not run
	due             int64 // 0: nobody waits
	held            bool  // the suppressor rings
}

// changed is told that the composite's state changed.
func (s *suppressed) changed(now int64) {
	s.pending, s.due = true, 0
	if !s.held {
		s.due = now + s.wait
	}
}

// suppressor is told that the suppressor has begun to ring, or has ended.
func (s *suppressed) suppressor(now int64, rings bool) {
	if rings == s.held {
		return
	}
	s.held, s.due = rings, 0
	if !rings && s.pending {
		s.due = now + s.extension
	}
}

// runs reports whether the action of the current state runs by now, and when.
func (s *suppressed) runs(now int64) (at int64, ok bool) {
	if s.due == 0 || now < s.due {
		return 0, false
	}
	at = s.due
	s.pending, s.due = false, 0
	return at, true
}
