# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions in the stub: each expression is evaluated here, then compared with its value by the stub."""
import json
import subprocess
import sys

PROGRAM, TARGET = sys.argv[1:3]
EXPRESSIONS = """
sc; us; neg; un; lo; text[1]; n2.v; n1.next->v; p->next->in.s; p->next->in.uc; p->arr[2]; *(p->arr+1); n2.c; n2.big;
n1.next==&n2; sc+us; un+1; un*2; neg/7; neg%7; lo/3; lo%1000; un/3; un>>4; neg>>4; neg<<3; sc<us; neg<un; sc<0; -sc; ~sc;
!sc; !p; yes; yes+sc; i; l; loc; i+l; loc*l; (char)us; (unsigned char)neg; (short)lo; (long)un; sizeof(struct node); i?1:2;
i&&p; p||i; (unsigned)neg>5; neg>5; p->next-p; text[0]=='h'; GREEN; n2.c==GREEN; $rip==$pc; us&0xff; us|1; us^3; lo<un;
un>lo; &n2-&n1; &p->arr[3]-p->arr; neg<=-70000; un>=4000000000; (int)un; (_Bool)us; -un; -(long)un; 3-5; 7/2*2; i*3+1; 1==1;
2<1; 'a'; n1.arr[p->v-3]; un-neg; lo*2+us
"""


def session(steps):
    done = subprocess.run([PROGRAM, "-S", "-", TARGET], input=json.dumps({"timeout": 60, "steps": steps}),
                          capture_output=True, text=True, timeout=300, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["step"]: line for line in lines if "step" in line}


def values(expressions):
    """Their values at the third hit, as this side evaluates them."""
    steps = [{"do": "break", "at": "hit"}] + [{"do": "continue"}] * 3
    answers = session(steps + [{"do": "eval", "expr": e, "on_fail": "go_on"} for e in expressions])
    texts = [answers[f"/steps/{4 + i}"].get("result", {}).get("text") for i in range(len(expressions))]
    return [{"true": "1", "false": "0"}.get(t, t.split()[0] if t[0] in "-0123456789" else t) for t in texts]


def trouble_with(expression, value):
    yes, no = (f"i == 2 && ({expression}) {op} ({value})" for op in ("==", "!="))
    answers = session([{"do": "break", "at": "hit", "if": yes}, {"do": "continue"}, {"do": "eval", "expr": "i"},
                       {"do": "delete", "all": True}, {"do": "break", "at": "hit", "if": no}, {"do": "continue"}])
    results = [answers.get(f"/steps/{i}", {}).get("result", {}) for i in range(6)]
    if results[0].get("evaluated") != "stub":
        return "not evaluated in the stub"
    if results[1].get("reason") != "breakpoint" or results[2].get("value") != 2:
        return f"== {value} did not stop: {results[1:3]}"
    return None if results[5].get("reason") == "exited" else f"!= {value} stopped"


def main():
    expressions = [e.strip() for e in EXPRESSIONS.replace("\n", " ").split(";")]
    trouble = [(e, t) for e, v in zip(expressions, values(expressions)) for t in [trouble_with(e, v)] if t]
    print(f"FAIL conditions in the stub: {trouble[:3]}" if trouble else f"ok {len(expressions)} conditions in the stub")


main()
