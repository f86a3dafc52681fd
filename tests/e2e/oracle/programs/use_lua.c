/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work for Lua: a program with closures, tables, strings, errors, coroutines and a collection. */
#include <stdio.h>

#include "lauxlib.h"
#include "lua.h"
#include "lualib.h"

static const char program[] =
    "local t = {} for i = 1, 40 do t[i] = i * 1.5; t['k' .. i] = i // 3 end\n"
    "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end\n"
    "local co = coroutine.wrap(function(a) for i = 1, 3 do a = a + coroutine.yield(a) end return a end)\n"
    "local sum = co(1) + co(2) + co(3)\n"
    "table.sort(t, function(a, b) return a > b end)\n"
    "local ok, why = pcall(function() local x = nil; return x.y end)\n"
    "local mt = setmetatable({}, {__index = function(_, k) return k .. '!' end, __add = function() return 7 "
    "end})\n"
    "collectgarbage()\n"
    "local s = string.format('%d %s %5.2f %q', fib(9), mt.x, sum / 3, 'a\\nb'):gsub('%w+', string.upper)\n"
    "return s, ok, #t, (mt + 1) << 3, table.concat({1, 2, 3}, ', ')";

int main(void)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    if (luaL_loadbuffer(L, program, sizeof program - 1, "=work") || lua_pcall(L, 0, LUA_MULTRET, 0))
        printf("%s\n", lua_tostring(L, -1));
    for (int i = 1; i <= lua_gettop(L); i++)
        printf("%s\n", luaL_tolstring(L, i, NULL)), lua_pop(L, 1);
    lua_close(L);
    return 0;
}
