! SPDX-License-Identifier: GPL-3.0-or-later
! Arrays by their bounds, order and descriptors, texts, derived types, names of modules and of inner procedures.
module geo
  implicit none
  integer :: counter = 5
  real, allocatable :: pool(:)
  integer, parameter :: limit = 10
  type point
    integer :: x
    real(8) :: y(2)
    character(len=4) :: tag
    logical :: on
  end type
  type, extends(point) :: deep
    integer :: z
  end type
  type holder
    integer, allocatable :: list(:)
    real(8), pointer :: view(:,:)
    type(point) :: p
  end type
contains
  subroutine mark()
    counter = counter + 1
  end subroutine
  subroutine work(a, n, s, shaped, table, p, names)
    integer, intent(in) :: n
    real(8), intent(inout) :: a(n, 2)
    character(len=*) :: s
    real(8) :: shaped(:,:)
    integer, allocatable :: table(:,:)
    type(point) :: p
    character(len=3) :: names(2)
    integer :: low(-1:1)
    integer :: auto(n:n+2)
    low = (/ 7, 8, 9 /)
    auto = (/ 1, 2, 3 /)
    !=  a => \(\(1.5, 2.5, 3.5\) \(4.5, 5.5, 6.5\)\) => [[1.5, 2.5, 3.5], [4.5, 5.5, 6.5]]
    != a(2,1) => 2.5 => 2.5
    != A(3, n-1) => 6.5
    != a(1:3:2,2) => \(4.5, 6.5\) => [4.5, 6.5]
    != a(3:1:-1,1) => \(3.5, 2.5, 1.5\)
    != a(:,2) => \(4.5, 5.5, 6.5\)
    != a(2,:) => \(2.5, 5.5\) => [2.5, 5.5]
    !- a(4,1) => index 4 is outside of 1:3
    !- a(1) => the array has 2 dimensions, and 1 are given
    != n => 3 => 3
    != s => 'hey' => "hey"
    != s(2:3) => 'ey' => "ey"
    != shaped => \(\(2.5, 3.5\) \(5.5, 6.5\)\) => [[2.5, 3.5], [5.5, 6.5]]
    != shaped(1,2) => 5.5
    != table => \(\(1, 2\) \(3, 4\)\) => [[1, 2], [3, 4]]
    != table(2,1) => 4 => 4
    != p => \( x = 4, y = \(1, 2\), tag = 'tag ', on = .TRUE. \) => {"x": 4, "y": [1, 2], "tag": "tag ", "on": true}
    != p%x => 4 => 4
    != p.x => 4
    != P%Y(2) => 2
    != names => \('one', 'two'\) => ["one", "two"]
    != names(2) => 'two'
    != names(2)(1:2) => 'tw'
    != low => \(7, 8, 9\)
    != low(-1) => 7
    != low[0] => 8
    != low(0:1) => \(8, 9\)
    != auto(4) => 2
    != counter => 6
    != GEO::Counter + 1 => 7
    != limit => 10
    != pool => \(2.5, 2.5, 2.5, 2.5\) => [2.5, 2.5, 2.5, 2.5]
    != n == 3 .and. .not. p%x.eq.5 => .TRUE. => true
    != n /= 3 => .FALSE. => false
    != 7 / n => 2
    != .true. => .TRUE.
    != &p%y => \(PTR TO -> \( real\(kind=8\) \(2\) \)\) 0x[0-9a-f]+
    !: table => integer\(kind=4\) \(2,0:1\)
    !: s => character\*3
    !: point => struct geo::point \{\|    integer\(kind=4\) :: x;.*
    !: Type point => struct geo::point \{.*
    call mark()
    print *, s, a(1, 1), low, shaped(1,1), auto, table, p%x, names
  end subroutine
  subroutine outer(k)
    integer :: k, m
    m = k * 2
    call inner(m)
  contains
    subroutine inner(q)
      integer :: q
      q = q + m
      print *, q, k
    end subroutine
  end subroutine
end module
program languages
  use geo
  implicit none
  real(8), target :: arr(3, 2)
  integer, allocatable :: table(:,:), none(:)
  real(8), pointer :: to_all(:,:), to_none(:), to_rows(:,:)
  character(len=5) :: fixed
  character(len=:), allocatable :: free, no_text
  character(len=3) :: names(2)
  complex :: c
  complex(8) :: c8
  logical :: t
  logical(1) :: f1
  integer(8) :: wide
  integer(1) :: narrow
  type(point) :: p, points(2)
  type(deep) :: d
  type(holder) :: h
  integer, target :: number
  integer, pointer :: to_number
  integer :: cube(2,3,2), zero(0)
  real(8) :: twelve(12)
  arr(:, 1) = (/ 1.5d0, 2.5d0, 3.5d0 /)
  arr(:, 2) = (/ 4.5d0, 5.5d0, 6.5d0 /)
  to_all => arr
  to_rows => arr(1:3:2, :)
  nullify(to_none)
  fixed = 'it''s'
  free = 'deferred'
  names = (/ 'one', 'two' /)
  c = (1.0, -2.0); c8 = (3.5d0, 4.0d0)
  t = .true.; f1 = .false.
  wide = 123456789012_8; narrow = -7_1
  p%x = 4; p%y = (/ 1.0d0, 2.0d0 /); p%tag = 'tag'; p%on = .true.
  points(1) = p; points(2) = p; points(2)%x = 9
  d%x = 5; d%z = 6; d%y = 0; d%tag = ''; d%on = .false.
  nullify(h%view)
  number = 77; to_number => number
  cube = reshape((/1,2,3,4,5,6,7,8,9,10,11,12/), (/2,3,2/))
  twelve = 1.0
  != table => <not allocated> => null
  != h%list => <not allocated> => null
  != to_none => <not associated> => null
  !- to_none(1) => there are no elements: it is not associated
  call mark()
  allocate(table(2, 0:1))
  table(1,0)=1; table(2,0)=2; table(1,1)=3; table(2,1)=4
  allocate(h%list(3)); h%list = (/ 1, 2, 3 /)
  h%view => arr; h%p = p
  allocate(pool(4)); pool = 2.5
  counter = 5
  != arr => \(\(1.5, 2.5, 3.5\) \(4.5, 5.5, 6.5\)\) => [[1.5, 2.5, 3.5], [4.5, 5.5, 6.5]]
  != table(2,0) => 2
  != to_all(3,2) => 6.5
  != to_rows => \(\(1.5, 3.5\) \(4.5, 6.5\)\) => [[1.5, 3.5], [4.5, 6.5]]
  != to_rows(2,:) => \(3.5, 6.5\)
  != fixed => 'it''s ' => "it's "
  != free => 'deferred' => "deferred"
  != free(2:4) => 'efe'
  != c => \(1,-2\) => [1, -2]
  != c8 => \(3.5,4\) => [3.5, 4]
  != t => .TRUE. => true
  != f1 => .FALSE. => false
  != wide => 123456789012 => "123456789012"
  != narrow => -7 => -7
  != points(2)%x => 9
  != points => \(\( x = 4, .* \), \( x = 9, .* \)\)
  != d%x => 5
  != d%point%x => 5
  != d%z => 6
  != h%list => \(1, 2, 3\) => [1, 2, 3]
  != h%list(2) => 2
  != h%view(3,2) => 6.5
  != h%p%y(1) => 1
  != *to_number => 77
  != cube => \(\(\(1, 2\) \(3, 4\) \(5, 6\)\) \(\(7, 8\) \(9, 10\) \(11, 12\)\)\)
  != cube(2,3,1) => 6
  != cube(:,2,:) => \(\(3, 4\) \(9, 10\)\)
  != zero => \(\) => []
  != twelve => \(1 <repeats 12 times>\)
  call mark()
  call work(arr, 3, "hey", arr(2:3,:), table, p, names)
  call outer(3)
  print *, fixed, free, c, c8, t, f1, wide, narrow, size(zero), d%z, h%list, to_all, to_rows, cube, number, twelve
end program
