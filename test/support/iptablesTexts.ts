// Rules and sets with many constructs, as kernels take them: what is read from them can be held against
// what is read from the kernel's own print of them. Each says what the kernel prints in one way only, but
// for the forms that the readers take for the same.
import type { Family } from '../../src/algebra/address.ts'

/** Sets that rules name, and others of every type that is common. */
export const loadedSets = `create s4 hash:ip family inet counters
add s4 10.0.0.1
create p4 hash:ip,port
add p4 10.0.0.1,tcp:http
add p4 10.0.0.1,udp:53
add p4 10.0.0.1,icmp:echo-reply
add p4 10.0.0.1,esp:0
create s6 hash:ip family inet6 maxelem 10
add s6 fd00::1
create n hash:net comment
add n 10.0.0.0/8 comment "a; b"
add n 10.1.0.0/16 nomatch
add n 10.1.2.0/24
create m hash:ip netmask 24
add m 10.0.0.0
create i hash:net,iface
add i 10.0.0.0/8,eth0
add i 10.1.0.0/16,physdev:eth1
create b bitmap:port range 0-1024
add b 80
create t hash:ip timeout 600 skbinfo
add t 10.0.0.1 timeout 0 skbmark 0x1/0xff
create x hash:ip,port,net
add x 10.0.0.1,udp:53,10.0.0.0/8
create l list:set
add l s4
add l n
`

const four = `*raw
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -j CT --notrack
-A PREROUTING -m rpfilter --invert --loose -j DROP
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
-A PREROUTING -j MARK --set-mark 0x10/0xf
-A PREROUTING -j MARK --set-mark 1
-A PREROUTING -j MARK --and-mark 0xff
-A PREROUTING -j MARK --or-mark 4
-A PREROUTING -j MARK --xor-mark 4
-A PREROUTING -j CONNMARK --set-mark 0x1/0xf
-A PREROUTING -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xf0
-A PREROUTING -j CONNMARK --restore-mark --mask 0xff
-A PREROUTING -j CONNMARK --save-mark
-A FORWARD -p tcp --syn -j TCPMSS --set-mss 1400
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.1-10.0.0.5:80-90 --random
-A PREROUTING -p tcp -j DNAT --to-destination :80
-A PREROUTING -p tcp -j REDIRECT --to-ports 80-90
-A POSTROUTING -s 10.0.0.0/24 -j MASQUERADE
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:own - [0:0]
-A FORWARD -s 10.0.0.5/8 -d 10.0.0.0/255.0.255.0 -j ACCEPT
-A FORWARD -s 10.0.0.5 ! -d 10.0.0.0/255.0.0.0 -g own
-A FORWARD -p all -s 0.0.0.0/0 -j own
-A FORWARD -i eth+ ! -o br0 -j own
-A FORWARD -f -j own
-A FORWARD ! -p tcp -j own
-A FORWARD -p 132 --dport 80 --sport :100 -j own
-A FORWARD -p tcp --dport http -j own
-A FORWARD -p tcp --dport 0:65535 -j own
-A FORWARD -p tcp ! --tcp-flags ALL NONE --tcp-option 5 -j own
-A FORWARD -p tcp -m multiport --dports 80,90:100,https -j own
-A FORWARD -p tcp -m multiport ! --ports 80,90:100 -j own
-A FORWARD -p icmp --icmp-type host-prohibited -j own
-A FORWARD -p icmp ! --icmp-type any -j own
-A FORWARD -m addrtype --dst-type LOCAL,UNICAST -j own
-A FORWARD -m state ! --state INVALID -j own
-A FORWARD -m conntrack --ctstate NEW,DNAT,SNAT -j own
-A FORWARD -m conntrack --ctorigsrc 10.0.0.0/8 ! --ctorigdst 10.0.0.1 --ctdir ORIGINAL -j own
-A FORWARD -m mark ! --mark 17 -m connmark --mark 0x1/0xff -j own
-A FORWARD -m iprange --src-range 10.0.0.1-10.0.0.5 -j own
-A FORWARD -m addrtype --src-type UNICAST,LOCAL --dst-type LOCAL --limit-iface-in -j own
-A FORWARD -m physdev ! --physdev-in eth+ --physdev-is-bridged -j own
-A FORWARD -m mac --mac-source 00:11:22:33:44:55 -j own
-A FORWARD -m limit --limit 1/hour --limit-burst 7 -j own
-A FORWARD -m recent --set --name a -j own
-A FORWARD -m string --string "a b" --algo bm -j own
-A FORWARD -m set --match-set s4 src -j own
-A FORWARD -m set ! --match-set p4 dst,dst -j own
-A FORWARD -m comment --comment "it's \\"q\\" \\\\ a" -j own
-A FORWARD -j LOG --log-prefix "a b: " --log-level 7
-A FORWARD -j NFLOG --nflog-prefix "x y" --nflog-group 3
-A FORWARD -p tcp -j REJECT --reject-with tcp-rst
-A FORWARD -j SET --add-set s4 src --exist
-A FORWARD -j REJECT
-A FORWARD
COMMIT
`

const six = `*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -j DNAT --to-destination fd00::1
-A PREROUTING -p tcp -j DNAT --to-destination [fd00::1-fd00::5]:80-90
-A PREROUTING -p tcp -j DNAT --to-destination :80
COMMIT
*filter
:FORWARD DROP [0:0]
:own - [0:0]
-A FORWARD -s FD00:0:0::1 -d fd00::/ffff:: -j own
-A FORWARD -p icmpv6 --icmpv6-type echo-request -j own
-A FORWARD -p icmpv6 -m icmp6 ! --icmpv6-type neighbour-solicitation -j own
-A FORWARD -p icmp -j own
-A FORWARD -m hl --hl-gt 3 -j own
-A FORWARD -m iprange --src-range fd00::1-fd00::5 -j own
-A FORWARD -m set --match-set s6 src -j own
-A FORWARD -p tcp -j REJECT --reject-with tcp-reset
-A FORWARD -j REJECT --reject-with adm-prohibited
-A FORWARD -j REJECT
COMMIT
`

/** Rules with many constructs, of each IP version. */
export const loadedRules: Readonly<Record<Family, string>> = { 4: four, 6: six }
