package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
)

// paging is which part of a list a person asks for.
type paging struct {
	page  string // a number from 1 on, or the next of an answer of the interface
	limit int    // rows of a page; 0: all
}

func (p *paging) flags(c *cobra.Command, limit int) {
	c.Flags().IntVar(&p.limit, "limit", limit, "at most so many")
	c.Flags().StringVar(&p.page, "page", "", "this page of so many: 2 is the second")
}

// number is the page's; 0: it is named by a token.
func (p paging) number() int {
	if p.page == "" {
		return 1
	}
	n, err := strconv.Atoi(p.page)
	if err != nil || n < 1 {
		return 0
	}
	return n
}

// pageOf reads the page that a person asks for; more: there are others after it. What
// is added meanwhile shifts the pages.
func pageOf[V any](p paging, read func(page string, limit int) (rows []V, next string, err error)) (rows []V, more bool, err error) {
	from := p.page
	if n := p.number(); n > 0 {
		from = ""
		if n > 1 {
			if _, from, err = allPages("", (n-1)*p.limit, read); err != nil || from == "" {
				return []V{}, false, err
			}
		}
	}
	rows, next, err := allPages(from, p.limit, read)
	return rows, next != "", err
}

// of says how many of a list are shown, and how the others are.
func (p paging) of(shown int, t total) string {
	known := "more"
	if t.n > 0 {
		known = strconv.Itoa(t.n)
	}
	if t.more {
		known = "more than " + known
	}
	text := fmt.Sprintf("%d of %s: --limit shows more", shown, known)
	if n := p.number(); n > 0 {
		text += fmt.Sprintf(", --page %d the next ones", n+1)
	}
	return text
}
