--  SPDX-License-Identifier: GPL-3.0-or-later
--  Arrays by their bounds, records with variants, and names of packages.
package body Pkg is
   procedure Mark is
   begin
      Counter := Counter + 1;
   end Mark;
   procedure Proc (A : List; S : String; N : Integer) is
      F : Fixed := (7, 8, 9);
      G : constant Grid := ((1, 2, 3), (4, 5, 6));
      P : constant Point := (3, 2.5);
      C : constant Color := Green;
      B : constant Boolean := N > 2;
      Sh : constant Shape := (Circle, 5, 1.5);
      Sq : constant Shape := (Square, 6, 7, 8);
      Loc : constant List (3 .. N + 3) := (others => N);
      procedure Inner (Q : Integer) is
      begin
         F (2) := Q + N;
      end Inner;
   begin
      Inner (4);
      --= a => \(5 =. 10, 20, 30\) => [10, 20, 30]
      --= a(6) => 20
      --- a(8) => index 8 is outside of 5:7
      --= s => "hello" => "hello"
      --= s(2) => 101 'e'
      --= n => 3
      --= f => \(2 =. 7, 8, 9\) => [7, 8, 9]
      --= F(3) => 8
      --= g => \(\(1, 2, 3\), \(4, 5, 6\)\)
      --= g(2,1) => 4
      --= p => \(x =. 3, y =. 2.5\) => {"x": 3, "y": 2.5}
      --= p.x => 3
      --= c => green => "green"
      --= c == green => .*
      --= b => true
      --= sh => \(k =. circle, id =. 5, radius =. 1.5\) => {"k": "circle", "id": 5, "radius": 1.5}
      --= sq => \(k =. square, id =. 6, side =. 7, depth =. 8\) => {"k": "square", "id": 6, "side": 7, "depth": 8}
      --= sq.depth => 8
      --= loc => \(3 =. 3, 3, 3, 3\)
      --= counter => 5
      --= pkg.counter => 5
      --= Pkg.Counter + 1 => 6
      Mark;
      if B and C = Green and Sh.Id + Sq.Id + G (1, 1) + P.X + Loc (3) + A (A'First) > 0 then
         Counter := S'Length;
      end if;
   end Proc;
end Pkg;
