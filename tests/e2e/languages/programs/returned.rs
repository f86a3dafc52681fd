// SPDX-License-Identifier: GPL-3.0-or-later
// What functions return: as C would, or by a convention of Rust's own, which is nobody's business.
pub struct Small { pub a: i32, pub b: i32 }
pub struct Words { pub a: u64, pub b: u64 }
pub struct Three { pub a: i32, pub b: i32, pub c: i32 }
pub struct Big { pub a: [u64; 5] }
pub struct One { pub a: u32 }
#[inline(never)]
pub fn words(n: u64) -> Words { Words { a: n, b: n + 1 } }
#[inline(never)]
pub fn big(n: u64) -> Big { Big { a: [n, 1, 2, 3, 4] } }
#[inline(never)]
pub fn one(n: u32) -> One { One { a: n } }
#[inline(never)]
pub fn text(n: usize) -> &'static str { &"hello, world"[..n] }
#[inline(never)]
pub fn real(n: f64) -> f64 { n * 2.0 }
#[inline(never)]
pub fn small(n: i32) -> Small { Small { a: n, b: n + 1 } }
#[inline(never)]
pub fn three(n: i32) -> Three { Three { a: n, b: n + 1, c: n + 2 } }
#[inline(never)]
pub fn maybe(n: i32) -> Option<i32> { if n > 2 { Some(n) } else { None } }
#[inline(never)]
pub fn tuple(n: i32) -> (i32, i64) { (n, 8) }

fn main() {
    let (w, b, o, s, d) = (words(4), big(6), one(7), text(5), real(1.5));
    let (p, t, m, u) = (small(3), three(5), maybe(8), tuple(9));
    println!("{} {} {} {} {} {} {} {:?} {:?}", w.a + w.b, b.a[0], o.a, s, d, p.a + p.b, t.a + t.b + t.c, m, u);
}
