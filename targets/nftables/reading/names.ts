// Words that stand for numbers, as `nft describe` tells them, and `nft list` prints them.

/** Protocols by the names of /etc/protocols; any other is written as a number. */
export const protocolNames: ReadonlyMap<string, number> = new Map([
  ...Object.entries({ ip: 0, icmp: 1, igmp: 2, ggp: 3, ipencap: 4, st: 5, tcp: 6, egp: 8, igp: 9 }),
  ...Object.entries({ pup: 12, udp: 17, hmp: 20, 'xns-idp': 22, rdp: 27, 'iso-tp4': 29, dccp: 33 }),
  ...Object.entries({ xtp: 36, ddp: 37, 'idpr-cmtp': 38, ipv6: 41, 'ipv6-route': 43 }),
  ...Object.entries({ 'ipv6-frag': 44, idrp: 45, rsvp: 46, gre: 47, esp: 50, ah: 51, skip: 57 }),
  ...Object.entries({ 'ipv6-icmp': 58, icmpv6: 58, 'ipv6-nonxt': 59, 'ipv6-opts': 60, rspf: 73 }),
  ...Object.entries({ vmtp: 81, eigrp: 88, ospf: 89, 'ax.25': 93, ipip: 94, etherip: 97 }),
  ...Object.entries({ encap: 98, pim: 103, ipcomp: 108, vrrp: 112, l2tp: 115, isis: 124 }),
  ...Object.entries({ sctp: 132, fc: 133, 'mobility-header': 135, udplite: 136 }),
  ...Object.entries({ 'mpls-in-ip': 137, manet: 138, hip: 139, shim6: 140, wesp: 141, rohc: 142 }),
  ...Object.entries({ ethernet: 143 }),
])

export const icmpTypeNames: ReadonlyMap<string, number> = new Map([
  ['echo-reply', 0],
  ['destination-unreachable', 3],
  ['source-quench', 4],
  ['redirect', 5],
  ['echo-request', 8],
  ['router-advertisement', 9],
  ['router-solicitation', 10],
  ['time-exceeded', 11],
  ['parameter-problem', 12],
  ['timestamp-request', 13],
  ['timestamp-reply', 14],
  ['info-request', 15],
  ['info-reply', 16],
  ['address-mask-request', 17],
  ['address-mask-reply', 18],
])

export const icmpCodeNames: ReadonlyMap<string, number> = new Map([
  ['net-unreachable', 0],
  ['host-unreachable', 1],
  ['prot-unreachable', 2],
  ['port-unreachable', 3],
  ['frag-needed', 4],
  ['net-prohibited', 9],
  ['host-prohibited', 10],
  ['admin-prohibited', 13],
])

export const icmpv6TypeNames: ReadonlyMap<string, number> = new Map([
  ['destination-unreachable', 1],
  ['packet-too-big', 2],
  ['time-exceeded', 3],
  ['parameter-problem', 4],
  ['echo-request', 128],
  ['echo-reply', 129],
  ['mld-listener-query', 130],
  ['mld-listener-report', 131],
  ['mld-listener-done', 132],
  ['mld-listener-reduction', 132],
  ['nd-router-solicit', 133],
  ['nd-router-advert', 134],
  ['nd-neighbor-solicit', 135],
  ['nd-neighbor-advert', 136],
  ['nd-redirect', 137],
  ['router-renumbering', 138],
  ['ind-neighbor-solicit', 141],
  ['ind-neighbor-advert', 142],
  ['mld2-listener-report', 143],
])

export const icmpv6CodeNames: ReadonlyMap<string, number> = new Map([
  ['no-route', 0],
  ['admin-prohibited', 1],
  ['addr-unreachable', 3],
  ['port-unreachable', 4],
  ['policy-fail', 5],
  ['reject-route', 6],
])

export const familyNames: ReadonlyMap<string, number> = new Map([
  ['ipv4', 2],
  ['ipv6', 10],
])

/** States of connections, as bits. */
export const stateNames: ReadonlyMap<string, number> = new Map([
  ['invalid', 1],
  ['established', 2],
  ['related', 4],
  ['new', 8],
  ['untracked', 64],
])

/** What became of connections, as bits. */
export const statusNames: ReadonlyMap<string, number> = new Map([
  ['expected', 1],
  ['seen-reply', 2],
  ['assured', 4],
  ['confirmed', 8],
  ['snat', 16],
  ['dnat', 32],
  ['dying', 512],
])

/** Types of addresses, as the kernel numbers them. */
export const addressTypeNames: ReadonlyMap<string, number> = new Map([
  ...Object.entries({ unspec: 0, unicast: 1, local: 2, broadcast: 3, anycast: 4, multicast: 5 }),
  ...Object.entries({ blackhole: 6, unreachable: 7, prohibit: 8 }),
])

export const tcpFlagNames: ReadonlyMap<string, number> = new Map(
  Object.entries({ fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 }),
)

/** Of the protocols that Ethernet carries, those of IP. */
export const etherTypeNames: ReadonlyMap<string, number> = new Map([
  ['ip', 0x0800],
  ['ip6', 0x86dd],
  ['arp', 0x0806],
  ['vlan', 0x8100],
  ['8021q', 0x8100],
  ['8021ad', 0x88a8],
])

/** Ports that people write by name, from the registry of IANA. */
export const serviceNames: ReadonlyMap<string, number> = new Map([
  ...Object.entries({ echo: 7, discard: 9, daytime: 13, 'ftp-data': 20, ftp: 21, ssh: 22 }),
  ...Object.entries({ telnet: 23, smtp: 25, time: 37, whois: 43, tacacs: 49, domain: 53 }),
  ...Object.entries({ bootps: 67, bootpc: 68, tftp: 69, gopher: 70, finger: 79, http: 80 }),
  ...Object.entries({ kerberos: 88, pop3: 110, sunrpc: 111, auth: 113, nntp: 119, ntp: 123 }),
  ...Object.entries({ 'netbios-ns': 137, 'netbios-dgm': 138, 'netbios-ssn': 139, imap2: 143 }),
  ...Object.entries({ imap: 143, snmp: 161, 'snmp-trap': 162, snmptrap: 162, bgp: 179, irc: 194 }),
  ...Object.entries({ ldap: 389, https: 443, 'microsoft-ds': 445, kpasswd: 464, isakmp: 500 }),
  ...Object.entries({ syslog: 514, printer: 515, 'dhcpv6-client': 546, 'dhcpv6-server': 547 }),
  ...Object.entries({ rtsp: 554, nntps: 563, submissions: 465, submission: 587, ipp: 631 }),
  ...Object.entries({ ldaps: 636, 'domain-s': 853, rsync: 873, ftps: 990, imaps: 993, pop3s: 995 }),
  ...Object.entries({ socks: 1080, openvpn: 1194, 'ms-sql-s': 1433, l2f: 1701, radius: 1812 }),
  ...Object.entries({ 'radius-acct': 1813, nfs: 2049, mysql: 3306, 'ms-wbt-server': 3389 }),
  ...Object.entries({ nut: 3493, 'ipsec-nat-t': 4500, sip: 5060, 'sip-tls': 5061, mdns: 5353 }),
  ...Object.entries({ postgresql: 5432, amqp: 5672, redis: 6379, 'http-alt': 8080 }),
])
