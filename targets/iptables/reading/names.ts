// Names that iptables takes for numbers: protocols, services and types of ICMP. Dumps of the kernel's own
// tool have numbers for most of them; rule files that people write have names.
import type { Family } from '../../../src/algebra/address.ts'

const protocolWords = `
  icmp=1 igmp=2 ggp=3 ipencap=4 st=5 tcp=6 egp=8 igp=9 pup=12 udp=17 hmp=20 xns-idp=22 rdp=27 iso-tp4=29
  dccp=33 xtp=36 ddp=37 idpr-cmtp=38 ipv6=41 ipv6-route=43 ipv6-frag=44 idrp=45 rsvp=46 gre=47 esp=50
  ipv6-crypt=50 ah=51 ipv6-auth=51 skip=57 ipv6-icmp=58 icmpv6=58 icmp6=58 ipv6-nonxt=59 ipv6-opts=60
  rspf=73 vmtp=81 eigrp=88 ospf=89 ax.25=93 ipip=94 etherip=97 encap=98 pim=103 ipcomp=108 vrrp=112
  l2tp=115 isis=124 sctp=132 fc=133 mobility-header=135 ipv6-mh=135 mh=135 udplite=136 mpls-in-ip=137
  manet=138 hip=139 shim6=140 wesp=141 rohc=142 ethernet=143`

const serviceWords = `
  tcpmux=1 echo=7 discard=9 systat=11 daytime=13 netstat=15 qotd=17 chargen=19 ftp-data=20 ftp=21 ssh=22
  telnet=23 smtp=25 mail=25 time=37 whois=43 tacacs=49 domain=53 bootps=67 bootpc=68 tftp=69 gopher=70
  finger=79 http=80 www=80 kerberos=88 iso-tsap=102 acr-nema=104 pop3=110 pop-3=110 sunrpc=111
  portmapper=111 auth=113 ident=113 nntp=119 ntp=123 epmap=135 loc-srv=135 netbios-ns=137
  netbios-dgm=138 netbios-ssn=139 imap2=143 imap=143 snmp=161 snmp-trap=162 snmptrap=162 cmip-man=163
  xdmcp=177 bgp=179 irc=194 smux=199 qmtp=209 ipx=213 imap3=220 pawserv=345 rpc2portmap=369
  svrloc=427 ldap=389 https=443 snpp=444 microsoft-ds=445 kpasswd=464 submissions=465 smtps=465
  urd=465 saft=487 isakmp=500 exec=512 biff=512 login=513 who=513 shell=514 syslog=514 printer=515
  talk=517 ntalk=518 route=520 router=520 gdomap=538 uucp=540 klogin=543 kshell=544 dhcpv6-client=546
  dhcpv6-server=547 afpovertcp=548 rtsp=554 nntps=563 submission=587 nqs=607 asf-rmcp=623 qmqp=628
  ipp=631 ldp=646 ldaps=636 tinc=655 silc=706 kerberos-adm=749 domain-s=853 rsync=873 ftps-data=989
  ftps=990 telnets=992 imaps=993 pop3s=995 socks=1080 proofd=1093 openvpn=1194 rmiregistry=1099
  ms-sql-s=1433 ms-sql-m=1434 datametrics=1645 l2f=1701 l2tp=1701 pptp=1723 radius=1812
  radius-acct=1813 ssdp=1900 cisco-sccp=2000 nfs=2049 gnunet=2086 zabbix-agent=10050
  zabbix-trapper=10051 gpsd=2947 cvspserver=2401 venus=2430 svn=3690 mysql=3306 ms-wbt-server=3389
  nut=3493 iscsi-target=3260 daap=3689 distcc=3632 suucp=4031 epmd=4369 remctl=4373
  ipsec-nat-t=4500 f5-iquery=4353 iax=4569 mtn=4691 radmin-port=4899 sip=5060 sip-tls=5061
  xmpp-client=5222 xmpp-server=5269 mdns=5353 postgresql=5432 amqp=5672 amqps=5671 rplay=5555 x11=6000
  gnutella-svc=6346 redis=6379 gitd=9418 bacula-dir=9101 bacula-fd=9102 bacula-sd=9103 git=9418
  http-alt=8080 webcache=8080 tproxy=8081 puppet=8140 amanda=10080 kamanda=10081 memcached=11211
  xmms2=9667 nbd=10809 hkp=11371 dcap=22125 gsidcap=22128 wnn6=22273`

/** Numbers of IP protocols by name; `icmpv6` and `mh` are names of ip6tables' own. */
export const protocolNumbers: ReadonlyMap<string, number> = numbersIn(protocolWords)

/** Numbers of ports by the names of services that are met in rule files. */
export const servicePorts: ReadonlyMap<string, number> = numbersIn(serviceWords)

/** Type and code; a code of null is any. */
export interface IcmpName {
  readonly type: number
  readonly code: number | null
}

const icmpWords = `
  echo-reply=0 pong=0 destination-unreachable=3 network-unreachable=3/0 host-unreachable=3/1
  protocol-unreachable=3/2 port-unreachable=3/3 fragmentation-needed=3/4 source-route-failed=3/5
  network-unknown=3/6 host-unknown=3/7 network-prohibited=3/9 host-prohibited=3/10
  TOS-network-unreachable=3/11 TOS-host-unreachable=3/12 communication-prohibited=3/13
  host-precedence-violation=3/14 precedence-cutoff=3/15 source-quench=4 redirect=5
  network-redirect=5/0 host-redirect=5/1 TOS-network-redirect=5/2 TOS-host-redirect=5/3
  echo-request=8 ping=8 router-advertisement=9 router-solicitation=10 time-exceeded=11
  ttl-exceeded=11 ttl-zero-during-transit=11/0 ttl-zero-during-reassembly=11/1 parameter-problem=12
  ip-header-bad=12/0 required-option-missing=12/1 timestamp-request=13 timestamp-reply=14
  address-mask-request=17 address-mask-reply=18`

const icmp6Words = `
  destination-unreachable=1 no-route=1/0 communication-prohibited=1/1 beyond-scope=1/2
  address-unreachable=1/3 port-unreachable=1/4 failed-policy=1/5 reject-route=1/6 packet-too-big=2
  time-exceeded=3 ttl-exceeded=3 ttl-zero-during-transit=3/0 ttl-zero-during-reassembly=3/1
  parameter-problem=4 bad-header=4/0 unknown-header-type=4/1 unknown-option=4/2 echo-request=128
  ping=128 echo-reply=129 pong=129 mld-listener-query=130 mld-listener-report=131
  mld-listener-done=132 mld-listener-reduction=132 router-solicitation=133
  router-advertisement=134 neighbour-solicitation=135 neighbor-solicitation=135
  neighbour-advertisement=136 neighbor-advertisement=136 redirect=137`

/** Types of ICMP by name, of each IP version. */
export const icmpNames: Readonly<Record<Family, ReadonlyMap<string, IcmpName>>> = {
  4: icmpNamesIn(icmpWords),
  6: icmpNamesIn(icmp6Words),
}

/** The words of a text with what stands behind their `=`. */
function pairsIn(text: string): readonly (readonly [string, string])[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const)
}

function numbersIn(text: string): ReadonlyMap<string, number> {
  return new Map(pairsIn(text).map(([name, number]) => [name, Number(number)]))
}

function icmpNamesIn(text: string): ReadonlyMap<string, IcmpName> {
  return new Map(
    pairsIn(text).map(([name, numbers]) => {
      const [type, code] = numbers.split('/')
      return [name, { type: Number(type), code: code === undefined ? null : Number(code) }]
    }),
  )
}
