--  SPDX-License-Identifier: GPL-3.0-or-later
package Pkg is
   type List is array (Integer range <>) of Integer;
   type Fixed is array (2 .. 4) of Integer;
   type Grid is array (1 .. 2, 1 .. 3) of Integer;
   type Color is (Red, Green, Blue);
   type Kind is (Circle, Square);
   type Point is record
      X : Integer;
      Y : Float;
   end record;
   type Shape (K : Kind) is record
      Id : Integer;
      case K is
         when Circle =>
            Radius : Float;
         when Square =>
            Side : Integer;
            Depth : Integer;
      end case;
   end record;
   Counter : Integer := 5;
   procedure Proc (A : List; S : String; N : Integer);
   procedure Mark;
end Pkg;
