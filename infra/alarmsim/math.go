package alarmsim

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/scanner"
)

// point is the value of one period, if it has one.
type point struct {
	v  float64
	is bool
}

// vector is a series over the range, newest first; a scalar is the same in all
// periods and is marked.
type vector struct {
	points []point
	scalar bool
}

// node is a part of an expression.
type node interface {
	eval(in *inputs) vector
}

// inputs are what an expression is evaluated with.
type inputs struct {
	vectors    map[string]vector
	periods    int
	fillsEmpty bool
}

type (
	constant float64
	name     string
	binary   struct {
		op   string
		a, b node
	}
	call struct {
		function string
		args     []node
	}
)

func (c constant) eval(in *inputs) vector {
	return vector{slices.Repeat([]point{{float64(c), true}}, in.periods), true}
}

func (n name) eval(in *inputs) vector { return in.vectors[string(n)] }

// operators, with what they make of two values and whether they have a result.
var operators = map[string]func(a, b float64) (float64, bool){
	"+":   func(a, b float64) (float64, bool) { return a + b, true },
	"-":   func(a, b float64) (float64, bool) { return a - b, true },
	"*":   func(a, b float64) (float64, bool) { return a * b, true },
	"/":   func(a, b float64) (float64, bool) { return a / b, b != 0 },
	">":   func(a, b float64) (float64, bool) { return truth(a > b), true },
	"<":   func(a, b float64) (float64, bool) { return truth(a < b), true },
	">=":  func(a, b float64) (float64, bool) { return truth(a >= b), true },
	"<=":  func(a, b float64) (float64, bool) { return truth(a <= b), true },
	"==":  func(a, b float64) (float64, bool) { return truth(a == b), true },
	"!=":  func(a, b float64) (float64, bool) { return truth(a != b), true },
	"AND": func(a, b float64) (float64, bool) { return truth(a != 0 && b != 0), true },
	"OR":  func(a, b float64) (float64, bool) { return truth(a != 0 || b != 0), true },
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// eval takes a missing value as 0 where the other side has one. What no series
// has a point for has none.
func (b binary) eval(in *inputs) vector {
	x, y := b.a.eval(in), b.b.eval(in)
	out := vector{make([]point, in.periods), x.scalar && y.scalar}
	for i := range out.points {
		p, q := x.points[i], y.points[i]
		if has := p.is && !x.scalar || q.is && !y.scalar || out.scalar && p.is && q.is; !has {
			continue
		}
		v, ok := operators[b.op](p.v, q.v)
		out.points[i] = point{v, ok}
	}
	return out
}

func (c call) eval(in *inputs) vector {
	args := make([]vector, len(c.args))
	for i, a := range c.args {
		args[i] = a.eval(in)
	}
	switch c.function {
	case "IF":
		return choose(in, args)
	case "FILL":
		return fill(in, args[0], c.args[1], args[1])
	case "ABS", "CEIL", "FLOOR":
		out := vector{slices.Clone(args[0].points), args[0].scalar}
		for i, p := range out.points {
			out.points[i].v = rounding[c.function](p.v)
		}
		return out
	}
	out := vector{points: make([]point, in.periods)}
	for i := range out.points {
		var b bin
		for _, a := range args {
			if p := a.points[i]; p.is {
				b.add(bin{1, p.v, p.v, p.v})
			}
		}
		if b.count > 0 {
			out.points[i] = point{statistics[ofArray[c.function]](b), true}
		}
	}
	return out
}

// choose is IF: without a condition there is no point.
func choose(in *inputs, args []vector) vector {
	out := vector{make([]point, in.periods), args[0].scalar && args[1].scalar && args[2].scalar}
	for i := range out.points {
		switch c := args[0].points[i]; {
		case !c.is:
		case c.v != 0:
			out.points[i] = args[1].points[i]
		default:
			out.points[i] = args[2].points[i]
		}
	}
	return out
}

// fill leaves nothing missing.
func fill(in *inputs, v vector, how node, with vector) vector {
	out := vector{slices.Clone(v.points), v.scalar}
	if !in.fillsEmpty && !slices.ContainsFunc(out.points, func(p point) bool { return p.is }) {
		return out
	}
	repeat := how == name("REPEAT")
	last := point{}
	for i := range slices.Backward(out.points) {
		switch p := out.points[i]; {
		case p.is:
			last = p
		case repeat:
			out.points[i] = last
		default:
			out.points[i] = with.points[i]
		}
	}
	return out
}

var (
	rounding = map[string]func(float64) float64{"ABS": math.Abs, "FLOOR": math.Floor, "CEIL": math.Ceil}
	ofArray  = map[string]string{"SUM": "Sum", "MAX": "Maximum", "MIN": "Minimum", "AVG": "Average"}
)

// uses are the ids that an expression names.
func uses(n node) []string {
	switch x := n.(type) {
	case name:
		if x != "REPEAT" {
			return []string{string(x)}
		}
	case binary:
		return append(uses(x.a), uses(x.b)...)
	case call:
		var out []string
		for _, a := range x.args {
			out = append(out, uses(a)...)
		}
		return out
	}
	return nil
}

// parser reads expressions.
type parser struct {
	tokens []string
}

// parse reads an expression of metric math.
func parse(text string) (node, error) {
	var s scanner.Scanner
	s.Init(strings.NewReader(text))
	s.Mode = scanner.ScanIdents | scanner.ScanInts | scanner.ScanFloats
	var p parser
	for t := s.Scan(); t != scanner.EOF; t = s.Scan() {
		token := s.TokenText()
		if n := len(p.tokens); n > 0 && slices.Contains([]string{">=", "<=", "==", "!=", "&&", "||"}, p.tokens[n-1]+token) {
			p.tokens[n-1] += token
			continue
		}
		p.tokens = append(p.tokens, token)
	}
	n, err := p.binary(0)
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("%q is left over", p.tokens)
	}
	if err != nil {
		return nil, fmt.Errorf("expression %q: %w", text, err)
	}
	return n, nil
}

// levels of operators, loosest first.
var levels = [][]string{{"OR", "||"}, {"AND", "&&"}, {">", "<", ">=", "<=", "==", "!="}, {"+", "-"}, {"*", "/"}}

func (p *parser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *parser) take() string {
	t := p.next()
	if t != "" {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *parser) binary(level int) (node, error) {
	if level == len(levels) {
		return p.single()
	}
	a, err := p.binary(level + 1)
	for err == nil && slices.Contains(levels[level], p.next()) {
		op := p.take()
		var b node
		b, err = p.binary(level + 1)
		a = binary{strings.NewReplacer("||", "OR", "&&", "AND").Replace(op), a, b}
	}
	return a, err
}

func (p *parser) single() (node, error) {
	switch t := p.take(); {
	case t == "":
		return nil, errors.New("it ends too early")
	case t == "-":
		n, err := p.single()
		return binary{"-", constant(0), n}, err
	case t == "(":
		n, err := p.binary(0)
		if err == nil && p.take() != ")" {
			err = errors.New("a bracket is not closed")
		}
		return n, err
	case t[0] >= '0' && t[0] <= '9' || t[0] == '.':
		v, err := strconv.ParseFloat(t, 64)
		return constant(v), err
	case p.next() == "(":
		return p.call(t)
	default:
		return name(t), nil
	}
}

// arguments that each function takes; 0: an array.
var functions = map[string]int{"IF": 3, "FILL": 2, "ABS": 1, "CEIL": 1, "FLOOR": 1, "SUM": 0, "MAX": 0, "MIN": 0, "AVG": 0}

func (p *parser) call(function string) (node, error) {
	n, ok := functions[function]
	if !ok {
		return nil, fmt.Errorf("%s is not modelled", function)
	}
	p.take()
	end := ")"
	if n == 0 {
		if p.take() != "[" {
			return nil, fmt.Errorf("%s of anything but an array depends on how many periods are fetched: not modelled", function)
		}
		end = "]"
	}
	c := call{function: function}
	for {
		a, err := p.binary(0)
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, a)
		t := p.take()
		if t == end {
			break
		}
		if t != "," {
			return nil, fmt.Errorf("%s: %q between its arguments", function, t)
		}
	}
	if n == 0 && p.take() != ")" {
		return nil, errors.New("a bracket is not closed")
	}
	if n > 0 && len(c.args) != n {
		return nil, fmt.Errorf("%s has %d arguments", function, len(c.args))
	}
	if x, isName := c.args[len(c.args)-1].(name); function == "FILL" && isName && x != "REPEAT" {
		return nil, fmt.Errorf("FILL with %s is not modelled", string(x))
	}
	return c, nil
}
