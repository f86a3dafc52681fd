--  SPDX-License-Identifier: GPL-3.0-or-later
with Pkg; use Pkg;
procedure Start is
   V : constant List (5 .. 7) := (10, 20, 30);
begin
   Proc (V, "hello", 3);
end Start;
