// The rail: which rooms there are, in which order, for whom, and what waits in them.
import { Clock, DataAnalysis, MapLocation, Monitor, Promotion, Setting, Tickets, User } from "@element-plus/icons-vue";
import type { Component } from "vue";
import type { Badges, Role, SyncStatus } from "../api/generated";
import DeskScreen from "./desk/DeskScreen.vue";
import BoardScreen from "./district/BoardScreen.vue";
import PublishScreen from "./district/PublishScreen.vue";
import StationsScreen from "./district/StationsScreen.vue";
import ReportScreen from "./reports/ReportScreen.vue";
import SettingsScreen from "./settings/SettingsScreen.vue";
import ShiftScreen from "./shift/ShiftScreen.vue";
import { waitingFor } from "./sync/mark";
import TicketScreen from "./ticket/TicketScreen.vue";
import VisitorScreen from "./visitors/VisitorScreen.vue";

export type RoomName =
  "desk" | "visitors" | "tickets" | "shift" | "reports" | "stations" | "board" | "publish" | "settings";

/** What may wait in a room, and who would deal with it. */
export type Waiting = { badges?: Badges; sync?: SyncStatus; isSettler: boolean; isHead: boolean };

/** `key` is pressed with Ctrl and never changes: 4 and 5 are kept for the Party room and the events room. The office's rooms
    take the keys of what stands there at a station: the first, the problems, the settings. */
export type Room = {
  name: RoomName;
  key: number;
  icon: Component;
  roles: Role[];
  screen: Component;
  waiting?: (what: Waiting) => number;
};

const COUNTER: Role[] = ["volunteer", "social_worker", "supervisor", "manager"];
const DISTRICT: Role[] = ["district_officer", "district_supervisor"];
const EVERYBODY: Role[] = [...COUNTER, "party_adviser", "system_admin", ...DISTRICT];

export const ROOMS: Room[] = [
  { name: "desk", key: 1, icon: Monitor, roles: COUNTER, screen: DeskScreen },
  { name: "stations", key: 1, icon: MapLocation, roles: DISTRICT, screen: StationsScreen },
  { name: "visitors", key: 2, icon: User, roles: COUNTER, screen: VisitorScreen },
  {
    name: "tickets",
    key: 3,
    icon: Tickets,
    roles: COUNTER,
    screen: TicketScreen,
    waiting: ({ badges }) => badges?.tickets_pending ?? 0,
  },
  { name: "board", key: 3, icon: Tickets, roles: DISTRICT, screen: BoardScreen },
  {
    name: "shift",
    key: 6,
    icon: Clock,
    roles: COUNTER,
    screen: ShiftScreen,
    waiting: ({ badges }) => badges?.expiring ?? 0,
  },
  { name: "publish", key: 6, icon: Promotion, roles: DISTRICT, screen: PublishScreen },
  { name: "reports", key: 7, icon: DataAnalysis, roles: COUNTER, screen: ReportScreen },
  {
    name: "settings",
    key: 8,
    icon: Setting,
    roles: EVERYBODY,
    screen: SettingsScreen,
    waiting: ({ sync, ...reader }) => waitingFor(sync, reader),
  },
];

export function roomsOf(role: Role): Room[] {
  return ROOMS.filter((room) => room.roles.includes(role));
}
