// The rooms of the settings, and who is offered which; Rust decides what is done.
export const SECTIONS = [
  "station",
  "staff",
  "codes",
  "balances",
  "sync",
  "trays",
  "backup",
  "unattended",
  "trail",
  "password",
  "look",
  "practice",
  "papers",
] as const;
export type Section = (typeof SECTIONS)[number];

const FOR_LEADERS: Section[] = ["station", "staff", "codes", "balances", "sync", "backup", "unattended", "trail"];
const FOR_COUNTER: Section[] = ["practice", "papers"];
const FOR_KEEPERS: Section[] = ["trays"];

export type Rights = { isLeader: boolean; isKeeper: boolean; isAtCounter: boolean; hasPassword: boolean };

export function sectionsFor({ isLeader, isKeeper, isAtCounter, hasPassword }: Rights): Section[] {
  return SECTIONS.filter((section) => {
    if (FOR_LEADERS.includes(section)) return isLeader;
    if (FOR_KEEPERS.includes(section)) return isKeeper;
    if (FOR_COUNTER.includes(section)) return isAtCounter;
    return section !== "password" || hasPassword;
  });
}
