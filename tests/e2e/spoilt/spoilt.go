// SPDX-License-Identifier: GPL-3.0-or-later

// Strings and slices of Go that were written over.
package main

import (
	"os"
	"unsafe"
)

var negative, giant, wild string
var below, above []int

//go:noinline
func spoilt(a, b, c string, d, e []int) { os.Exit(len(a)) }

func main() {
	negative, giant, wild = "text", "text", "text"
	below, above = []int{1, 2, 3}, []int{1, 2, 3}
	words := func(p unsafe.Pointer) *[3]int { return (*[3]int)(p) }
	words(unsafe.Pointer(&negative))[1] = -5
	words(unsafe.Pointer(&giant))[1] = 1 << 62
	*(*uintptr)(unsafe.Pointer(&wild)) = 0x4141414141414141
	words(unsafe.Pointer(&below))[1] = -1
	words(unsafe.Pointer(&above))[1] = 1 << 61
	spoilt(negative, giant, wild, below, above)
}
