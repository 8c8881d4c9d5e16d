// The rooms of the settings, and who is offered which; Rust decides what is done.
export const SECTIONS = [
  "station",
  "staff",
  "codes",
  "balances",
  "backup",
  "unattended",
  "trail",
  "password",
  "look",
  "practice",
  "papers",
] as const;
export type Section = (typeof SECTIONS)[number];

const FOR_LEADERS: Section[] = ["station", "staff", "codes", "balances", "backup", "unattended", "trail"];
const FOR_COUNTER: Section[] = ["practice", "papers"];

export type Rights = { isLeader: boolean; isAtCounter: boolean; hasPassword: boolean };

export function sectionsFor({ isLeader, isAtCounter, hasPassword }: Rights): Section[] {
  return SECTIONS.filter((section) => {
    if (FOR_LEADERS.includes(section)) return isLeader;
    if (FOR_COUNTER.includes(section)) return isAtCounter;
    return section !== "password" || hasPassword;
  });
}
