cd /tmp/w/h1
for name in i386 aarch64 arm riscv64 ppc64 ppc64le s390x mips mipsel; do
 echo "== $name"; timeout 100 build/allstop --cli --wire-log /tmp/w/me/t/$name.log -t "launch:qemu-$name -g {port} /tmp/w/me/t/p-$name" -s /tmp/w/me/t/p-$name < <(echo "break leaf"; echo continue; echo info all-registers; echo print counter; cat /tmp/w/me/t/calls; echo info all-registers; echo kill) 2>&1 | sed -n '/^125/,$p' > /tmp/w/me/t/raw-$name
 python3 - $name <<'PY'
import sys,re
n=sys.argv[1]; L=open('/tmp/w/me/t/raw-%s'%n).read().split('\n')[1:]
reg=re.compile(r'^\S+ +(0x[0-9a-f]+|<unavailable>)$')
a=[];i=0
while reg.match(L[i]): a.append(L[i]);i+=1
j=i
while not reg.match(L[j]): j+=1
b=[l for l in L[j:] if reg.match(l)]
if a!=b: print("REGS DIFFER",[x for x in zip(a,b) if x[0]!=x[1]][:10], len(a),len(b))
open('/tmp/w/me/t/out-%s'%n,'w').write('125	    double kept = d * i;\n'+'\n'.join(L[i:j])+'\n')
PY
 diff /tmp/w/me/t/ref /tmp/w/me/t/out-$name
done
