// Codes of audits: NP80 reading dumps, NP81 what is odd in rules, NP82 where they differ from policies.

export const auditCatalog = {
  NP8001: {
    severity: 'error',
    title: 'line of a dump cannot be read',
    help: 'the rest was read; take the dump again, whole and unedited',
  },
  NP8002: {
    severity: 'error',
    title: 'dump is cut off',
    help: 'what was there was read; take the dump again',
  },
  NP8003: {
    severity: 'warning',
    title: 'one table was dumped more than once',
    help: 'the last one was taken, as restoring the file would leave it',
  },
  NP8004: {
    severity: 'note',
    title: 'extension is not modelled',
    help: 'what depends on it is reported as depending on it',
  },
  NP8005: {
    severity: 'error',
    title: 'value of an option is not valid',
    help: 'the rest of the rule was read; check the dump at this place',
  },
  NP8006: {
    severity: 'warning',
    title: 'table is not audited',
    help: 'only tables that see IPv4 or IPv6 packets are',
  },
  NP8101: { severity: 'warning', title: 'rule is shadowed: earlier rules decide otherwise' },
  NP8102: { severity: 'note', title: 'rule is redundant: without it nothing would change' },
  NP8103: { severity: 'note', title: 'rule generalises earlier ones that decide otherwise' },
  NP8104: { severity: 'note', title: 'rules correlate: their order decides what both match' },
  NP8105: { severity: 'warning', title: 'rule can never match' },
  NP8106: { severity: 'warning', title: 'rule is never reached' },
  NP8107: { severity: 'note', title: 'chain is never reached' },
  NP8108: {
    severity: 'error',
    title: 'jump to a chain that is not there',
    help: 'the kernel refuses such a rule set: the dump is not whole, or was edited',
  },
  NP8109: { severity: 'note', title: 'jump to a chain without rules' },
  NP8110: {
    severity: 'error',
    title: 'chains jump in a circle',
    help: 'the kernel refuses such a rule set: check that the dump is whole',
  },
  NP8111: {
    severity: 'error',
    title: 'rule refers to a set that is not there',
    help: 'take the dump of the sets at the same moment as that of the rules',
  },
  NP8112: { severity: 'note', title: 'set is not used' },
  NP8113: { severity: 'note', title: 'rule asks for members of an empty set' },
  NP8114: { severity: 'warning', title: 'source addresses can be spoofed' },
  NP8115: { severity: 'warning', title: 'rule accepts everything' },
  NP8116: { severity: 'warning', title: 'hook lets on what no rule decides' },
  NP8117: { severity: 'warning', title: 'replies are not let on' },
  NP8118: { severity: 'warning', title: 'IPv4 and IPv6 are treated differently' },
  NP8119: { severity: 'warning', title: 'two writers use the same bits of marks' },
  NP8120: { severity: 'warning', title: 'set is nearly full' },
  NP8121: { severity: 'note', title: 'two engines filter the same packets' },
  NP8122: { severity: 'warning', title: 'packets are accepted before policies are asked' },
  NP8123: { severity: 'note', title: 'verdict depends on something that is not modelled' },
  NP8124: { severity: 'warning', title: 'analysis was given up within its limit' },
  NP8201: {
    severity: 'error',
    title: 'rules allow what the policies deny',
    help: 'see which side is right: have the rules made anew, or allow it by a policy',
  },
  NP8202: {
    severity: 'error',
    title: 'rules drop what the policies allow',
    help: 'see which side is right: have the rules made anew, or correct the policy',
  },
  NP8203: {
    severity: 'warning',
    title: 'whether rules and policies agree depends on something that is not modelled',
  },
} as const
