// SPDX-License-Identifier: GPL-3.0-or-later
// Enumerations by their discriminants, tuples, references and slices, and names with paths.
use std::cmp::Ordering;

mod shape {
    pub struct Point { pub x: i32, pub y: i32 }
    pub struct Pair(pub i32, pub f64);
    pub struct Nothing;
    pub static LEVEL: i32 = 31;
    impl Point {
        #[inline(never)]
        pub fn sum(&self) -> i32 { self.x + self.y }
    }
    #[inline(never)]
    pub fn work(p: &Point) -> i32 { p.sum() }
}

#[derive(Clone, Copy)]
enum Color { Red, Green = 5, Blue = -3 }
enum Message { Quit, Move { x: i32, y: i32 }, Color(u8, u8, u16) }
enum Nested { One(Option<Box<i32>>), Two, Three(bool) }
enum Single { Only(i32) }

#[inline(never)]
fn id<T>(t: T) -> T { t }
#[inline(never)]
fn mark(x: i32) -> i32 { x + 1 }

fn main() {
    let some: Option<i32> = Some(51);
    let none: Option<i32> = None;
    let boxed: Option<Box<i32>> = Some(Box::new(9));
    let no_box: Option<Box<i32>> = None;
    let nine = 9i64;
    let reference: Option<&i64> = Some(&nine);
    let no_reference: Option<&i64> = None;
    let yes: Option<bool> = Some(true);
    let inner_none: Option<Option<bool>> = Some(None);
    let outer_none: Option<Option<bool>> = None;
    let inner: Option<Option<bool>> = Some(Some(true));
    let letter: Option<char> = Some('é');
    let less = Ordering::Less;
    let greater = Some(Ordering::Greater);
    let failed: Result<i32, i64> = Err(-77);
    let fine: Result<(), String> = Ok(());
    let quit = Message::Quit;
    let moved = Message::Move { x: 12, y: -34 };
    let color = Message::Color(101, 202, 3003);
    let (one, one_none, two, three) =
        (Nested::One(Some(Box::new(4))), Nested::One(None), Nested::Two, Nested::Three(true));
    let single = Single::Only(6);
    let (red, green, blue) = (Color::Red, Color::Green, Color::Blue);
    let tuple = (41, 2.5, 'c');
    let nested = ((1u8, 2u16), (3i8, (4i32, 5i64)));
    let unit = ();
    let nothing = shape::Nothing;
    let pair = shape::Pair(1, 2.5);
    let point = shape::Point { x: 3, y: 4 };
    let to_point = &point;
    let to_it = &to_point;
    let text: &str = "walrus";
    let no_text: &str = "";
    let bytes = [4u8, 105, 206];
    let pairs = [(1, 'a'), (2, 'b')];
    let slice: &[u8] = &bytes[1..];
    let empty: &[u8] = &bytes[3..];
    let huge: u128 = 340282366920938463463374607431768211455;
    let snow = '☃';
    let grid = [[1i32, 2], [3, 4]];
    let add = |a: i32| -> i32 { mark(a + point.x) };
    //= some => core::option::Option<i32>::Some\(51\) => {"Some": [51]}
    //= none => core::option::Option<i32>::None => "None"
    //= boxed => core::option::Option<.*>::Some\(0x[0-9a-f]+\)
    //= *boxed.0 => 9 => 9
    //= no_box => core::option::Option<.*>::None => "None"
    //= reference => core::option::Option<&i64>::Some\(0x[0-9a-f]+\)
    //= *reference.0 => 9 => "9"
    //= no_reference => core::option::Option<&i64>::None => "None"
    //= yes => core::option::Option<bool>::Some\(true\) => {"Some": [true]}
    //= inner_none => core::option::Option<.*>::Some\(core::option::Option<bool>::None\) => {"Some": ["None"]}
    //= outer_none => core::option::Option<.*>::None => "None"
    //= inner => .*::Some\(core::option::Option<bool>::Some\(true\)\) => {"Some": [{"Some": [true]}]}
    //= letter => core::option::Option<char>::Some\(233 'é'\) => {"Some": [233]}
    //= less => core::cmp::Ordering::Less => "core::cmp::Ordering::Less"
    //= greater => core::option::Option<.*>::Some\(core::cmp::Ordering::Greater\)
    //= failed => core::result::Result<i32, i64>::Err\(-77\) => {"Err": ["-77"]}
    //= fine => core::result::Result<.*>::Ok\(\(\)\) => {"Ok": [null]}
    //= quit => rust::Message::Quit => "Quit"
    //= moved => rust::Message::Move\{x: 12, y: -34\} => {"Move": {"x": 12, "y": -34}}
    //= color => rust::Message::Color\(101, 202, 3003\) => {"Color": [101, 202, 3003]}
    //= moved.x => 12 => 12
    //= color.2 => 3003 => 3003
    //- quit.x => it is rust::Message::Quit now, which has no member x
    //- color.7 => it is rust::Message::Color now, which has no member 7
    //= one => rust::Nested::One\(core::option::Option<.*>::Some\(0x[0-9a-f]+\)\)
    //= *one.0.0 => 4 => 4
    //= one_none => rust::Nested::One\(core::option::Option<.*>::None\) => {"One": ["None"]}
    //= two => rust::Nested::Two => "Two"
    //= three => rust::Nested::Three\(true\) => {"Three": [true]}
    //= single => rust::Single::Only\(6\) => {"Only": [6]}
    //= red => rust::Color::Red => "rust::Color::Red"
    //= green => rust::Color::Green
    //= blue => rust::Color::Blue
    //= green == rust::Color::Green => true => true
    //= tuple => \(41, 2.5, 99 'c'\) => [41, 2.5, 99]
    //= tuple.0 => 41 => 41
    //= tuple.0 + tuple.1 => 43.5
    //= nested => \(\(1, 2\), \(3, \(4, 5\)\)\) => [[1, 2], [3, [4, "5"]]]
    //= nested.1.1.0 => 4 => 4
    //= nested.0.1*1.5 => 3
    //= unit => \(\) => null
    //= nothing => rust::shape::Nothing => {}
    //= pair => rust::shape::Pair \(1, 2.5\) => [1, 2.5]
    //= point => rust::shape::Point \{x: 3, y: 4\} => {"x": 3, "y": 4}
    //= to_point.x => 3 => 3
    //= to_it.y => 4 => 4
    //= *to_point => rust::shape::Point \{x: 3, y: 4\}
    //= text => "walrus" => "walrus"
    //= no_text => "" => ""
    //= bytes => \[4, 105, 206\] => [4, 105, 206]
    //= pairs => \[\(1, 97 'a'\), \(2, 98 'b'\)\] => [[1, 97], [2, 98]]
    //= pairs[1].0 => 2 => 2
    //= slice => \[105, 206\] => [105, 206]
    //= slice[1] => 206 => 206
    //- slice[2] => index 2 is outside of a slice of 2
    //= empty => \[\] => []
    //= huge => 340282366920938463463374607431768211455 => "340282366920938463463374607431768211455"
    //= snow => 9731 '☃' => 9731
    //= grid => \[\[1, 2\], \[3, 4\]\] => [[1, 2], [3, 4]]
    //= rust::shape::LEVEL => 31 => 31
    //= point.x as u64 * 2 => 6 => "6"
    //= tuple.1 as i32 => 2 => 2
    //= &tuple.0 as *const u8 => .*0x[0-9a-f]+.*
    //= sizeof(Message) => 12 => "12"
    //: Message => enum rust::Message \{\|  Quit,\|  Move\{x: i32, y: i32\},\|  Color\(u8, u8, u16\),\|\}
    //: rust::shape::Pair => struct rust::shape::Pair \(\|  i32,\|  f64,\|\)
    //: core::option::Option<i32> => enum core::option::Option<i32> \{\|  None,\|  Some\(i32\),\|\}
    let r = mark(some.unwrap_or(0) + none.unwrap_or(0) + add(1) + shape::work(to_point) + id(3) + id('c') as i32);
    println!("{} {} {:?} {:?} {} {} {:p}", r, text, slice, boxed, tuple.1, no_text, &shape::LEVEL);
    let _ = (no_box, reference, no_reference, yes, inner_none, outer_none, inner, letter, less, greater, failed, fine);
    let _ = (quit, moved, color, one, one_none, two, three, single, red as i32, green as i32, blue as i32);
    let _ = (nested, unit, nothing, pair.0, to_it, pairs, huge, snow, grid, empty);
}
