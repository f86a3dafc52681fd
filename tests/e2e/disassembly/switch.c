/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thumb has the table of a switch between its code. */
int choose(int a)
{
    switch (a) {
    case 0:
        return 12;
    case 1:
        return 77;
    case 2:
        return -4;
    case 3:
        return 19;
    case 4:
        return 100;
    case 5:
        return 1;
    case 6:
        return 33;
    default:
        return 0;
    }
}
int far_away(int a)
{
    return choose(a) + 0x12345678;
}
int main(void)
{
    return far_away(3);
}
