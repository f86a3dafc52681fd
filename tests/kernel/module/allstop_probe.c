/*
 * A module to find in a running kernel: a name, sections of its own, a parameter, and one function that is
 * called by writing to the parameter, so that a breakpoint in it can be hit when wanted.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

static unsigned int allstop_probe_calls;

static noinline int allstop_probe_step(int value)
{
    allstop_probe_calls++;
    return value * 2 + (int)allstop_probe_calls;
}

static int poke(const char *text, const struct kernel_param *parameter)
{
    int value;
    int failure = kstrtoint(text, 0, &value);
    if (failure)
        return failure;
    *(int *)parameter->arg = allstop_probe_step(value);
    return 0;
}

static const struct kernel_param_ops poke_ops = {.set = poke, .get = param_get_int};
static int poked;
module_param_cb(poke, &poke_ops, &poked, 0600);

static int __init allstop_probe_init(void)
{
    pr_info("allstop_probe: loaded\n");
    return 0;
}

static void __exit allstop_probe_exit(void)
{
    pr_info("allstop_probe: unloaded after %u calls\n", allstop_probe_calls);
}

module_init(allstop_probe_init);
module_exit(allstop_probe_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("something for a debugger to find");
/* SPDX-License-Identifier: GPL-3.0-or-later */
