// SPDX-License-Identifier: GPL-3.0-or-later
// Containers of Rust's library; the comments are explained in all.cc.
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

#[inline(never)]
#[no_mangle]
pub extern "C" fn mark() {}

struct Person {
    name: String,
    scores: Vec<HashMap<String, i32>>,
}

#[inline(never)]
fn keep<T>(_: &T) {}

fn main() {
    let s = String::from("hello");
    let empty = String::new();
    let r: &str = "wörld";
    let v = vec![1i32, 2, 3];
    let none: Vec<u64> = Vec::new();
    let words = vec![String::from("a"), String::from("b")];
    let slice: &[i32] = &v[1..];
    let nested = vec![vec![1u8], vec![], vec![2, 3]];
    let mut dq = VecDeque::new();
    for i in 1..6 {
        dq.push_back(i);
    }
    dq.push_front(0);
    let mut map = HashMap::new();
    map.insert(7i32, String::from("seven"));
    let mut squares = HashMap::new();
    for i in 0..50i32 {
        squares.insert(i, i * i);
    }
    let mut set = HashSet::new();
    set.insert(9u8);
    let no_map: HashMap<i32, i32> = HashMap::new();
    let rc = Rc::new(6i32);
    let again = rc.clone();
    let arc = Arc::new(String::from("shared"));
    let cell = Cell::new(3);
    let ref_cell = RefCell::new(vec![4, 5]);
    let person = Person { name: String::from("Ada"), scores: vec![HashMap::new()] };
    let big: Vec<i32> = (0..1000).collect();
    //= s => "hello"
    //= empty => ""
    //= r => "wörld"
    //= v => [1, 2, 3]
    //= none => []
    //= words => ["a", "b"]
    //= slice => [2, 3]
    //= nested => [[1], [], [2, 3]]
    //= dq => [0, 1, 2, 3, 4, 5]
    //= map => {[7] = "seven"}
    //# squares => 50
    //= set => {9}
    //= no_map => {}
    //= rc => 0xP (2 uses): 6
    //= arc => 0xP: "shared"
    //= cell => 3
    //= ref_cell => [4, 5]
    //= person => all::Person {name: "Ada", scores: [{}]}
    //~ big => \[0, 1, .*, 199\.\.\.\] of 1000
    //= v[1] => 2
    //= slice[1] => 3
    //= big[999] => 999
    //= dq[5] => 5
    //= map[7] => "seven"
    //= *rc + 1 => 7
    //x v[3] => outside
    //j s => "hello"
    //j words => ["a", "b"]
    //j map => {"7": "seven"}
    //j person => {"name": "Ada", "scores": [{}]}
    mark();
    keep(&(&s, &empty, &r, &v, &none, &words, &slice, &nested, &dq, &map, &squares));
    keep(&(&set, &no_map, &rc, &again, &arc, &cell, &ref_cell, &person.name, &person.scores, &big));
}
