// SPDX-License-Identifier: GPL-3.0-or-later
// Strings, slices, interfaces, and names of methods.
package main

import "errors"

type shape interface{ area() int }
type square struct{ side int }
type named struct {
	name string
	n    int
}

var counter = 5

func (s square) area() int { return s.side * s.side }

func (n *named) rename(to string) string {
	n.name = to
	return to
}

func mark() { counter++ }

func worker(in chan int, out chan int) {
	for v := range in {
		out <- inner(v)
	}
}

func inner(v int) int {
	mark()
	return v + 1
}

func show(s string, empty string, list []int, none []string, names []string, sh shape, err error, n *named, bytes [3]byte) int {
	//= s => "hello" => "hello"
	//= empty => "" => ""
	//= list => \{10, 20, 30\} => ["10", "20", "30"]
	//= list[2] => 30 => "30"
	//- list[3] => index 3 is outside of a slice of 3
	//= none => \{\} => []
	//= names => \{"a", "bb"\} => ["a", "bb"]
	//= names[1] => "bb" => "bb"
	//= *n => \{name = "new", n = 7\} => {"name": "new", "n": "7"}
	//= n.name => "new"
	//= bytes => \{1, 2, 3\} => [1, 2, 3]
	//= sh.tab => .*<go.itab.main.square,main.shape>
	//= err.tab => .*<go.itab.\*errors.errorString,error>
	//= list.len => 3
	//: main.named => struct main.named \{\|    string name;\|    int n;\|\}
	mark()
	return len(s) + sh.area()
}

func main() {
	n := &named{"x", 7}
	n.rename("new")
	in, out := make(chan int), make(chan int)
	go worker(in, out)
	in <- 4
	counter += <-out
	counter += show("hello", "", []int{10, 20, 30}, nil, []string{"a", "bb"}, square{3}, errors.New("wrong"), n, [3]byte{1, 2, 3})
}
