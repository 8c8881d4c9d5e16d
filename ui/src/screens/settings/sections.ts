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
  "shared",
] as const;
export type Section = (typeof SECTIONS)[number];

/** What only a station has, and what the district's office has as well. */
const FOR_LEADERS: Section[] = ["station", "codes", "balances", "unattended"];
const FOR_HEADS: Section[] = ["staff", "sync", "backup", "trail"];
const FOR_COUNTER: Section[] = ["practice", "papers"];
const FOR_SETTLERS: Section[] = ["trays"];

export type Rights = {
  isDistrict: boolean;
  isLeader: boolean;
  isHead: boolean;
  isSettler: boolean;
  isAtCounter: boolean;
  hasPassword: boolean;
};

export function sectionsFor(rights: Rights): Section[] {
  const { isDistrict, isLeader, isHead, isSettler, isAtCounter, hasPassword } = rights;
  return SECTIONS.filter((section) => {
    if (FOR_LEADERS.includes(section)) return isLeader;
    if (FOR_HEADS.includes(section)) return isHead;
    if (FOR_SETTLERS.includes(section)) return isSettler;
    if (FOR_COUNTER.includes(section)) return isAtCounter;
    if (section === "shared") return !isDistrict;
    return section !== "password" || hasPassword;
  });
}
