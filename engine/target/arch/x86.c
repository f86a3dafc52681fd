#include "engine/target/arch/x86.h"

bool x86_is_return(const unsigned char *code)
{
    const unsigned char *p = code[0] == 0xf2 || code[0] == 0xf3 ? code + 1 : code;
    return *p == 0xc3 || *p == 0xc2;
}
