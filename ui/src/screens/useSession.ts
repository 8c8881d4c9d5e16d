// Who is signed in, as the shell knows it; rights here only decide what is offered, Rust decides what is done.
import { useQuery } from "@tanstack/vue-query";
import { computed } from "vue";
import { call } from "../api/call";
import type { Role } from "../api/generated";

const LEADERS: Role[] = ["manager", "system_admin"];
const KEEPERS: Role[] = ["social_worker", "supervisor", "manager"];
const COUNTER: Role[] = ["volunteer", ...KEEPERS];
const HEADS: Role[] = [...LEADERS, "district_officer"];
const SETTLERS: Role[] = [...KEEPERS, "district_officer"];

export function useSession() {
  const status = useQuery({ queryKey: ["session"], queryFn: () => call("app_status", null) });
  const session = computed(() => status.data.value?.session ?? null);
  const among = (roles: Role[]) => computed(() => session.value !== null && roles.includes(session.value.role));
  return {
    session,
    status: status.data,
    /** A desk of the district office, where nobody is counted. */
    isDistrict: computed(() => status.data.value?.is_district ?? false),
    isOfficer: among(["district_officer"]),
    /** Whoever leads the place, be it a station or the district office. */
    isHead: among(HEADS),
    /** Whoever decides between two values and deals with what the hub refused. */
    isSettler: among(SETTLERS),
    isLeader: among(LEADERS),
    isKeeper: among(KEEPERS),
    isAtCounter: among(COUNTER),
  };
}
