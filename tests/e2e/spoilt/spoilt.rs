// SPDX-License-Identifier: GPL-3.0-or-later
// Values of Rust whose bytes no program of Rust makes.
use std::mem::transmute;

#[repr(u8)]
#[derive(Clone, Copy)]
enum Plain { One, Two }
enum Rich { Number(u32), Text(String), Nothing }
enum Niche { A(bool), B, C }
enum Tagged { A(u64), B(u64), C }

#[no_mangle]
#[inline(never)]
extern "C" fn spoilt(p: &Plain, r: &Rich, n: &Niche, s: &str, v: &Vec<u32>, l: &[u32], o: &Option<bool>, t: &Tagged) {
    std::process::exit(p as *const _ as i32 + r as *const _ as i32 + n as *const _ as i32 + s.as_ptr() as i32 + v.as_ptr() as i32 + l.as_ptr() as i32 + o as *const _ as i32 + t as *const _ as i32);
}

fn main() {
    let mut p = Plain::One;
    let mut r = Rich::Text(String::from("text"));
    let mut n = Niche::A(true);
    let mut o = Some(true);
    let mut t = Tagged::A(1);
    let mut v = vec![1u32, 2];
    unsafe {
        *(&mut p as *mut Plain as *mut u8) = 77;
        *(&mut r as *mut Rich as *mut u64) = 0x8000000000000077;
        *(&mut n as *mut Niche as *mut u8) = 200;
        *(&mut o as *mut Option<bool> as *mut u8) = 200;
        *(&mut t as *mut Tagged as *mut u64) = 99;
        let w = &mut v as *mut Vec<u32> as *mut u64;
        *w.add(2) = 1 << 62;
        *w.add(0) = 1 << 62;
        let s: &str = transmute((v.as_ptr(), 1u64 << 62));
        let l: &[u32] = transmute((0x4141414141414141u64, !0u64));
        spoilt(&p, &r, &n, s, &v, l, &o, &t);
    }
    let _ = (Plain::Two, Rich::Number(1), Rich::Nothing, Niche::B, Niche::C, Tagged::B(1), Tagged::C);
}
