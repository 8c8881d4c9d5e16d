// What the district tells its stations today; a district desk sees the old ones too.
import { useQuery } from "@tanstack/vue-query";
import { call } from "../../api/call";

export const useNotices = () => useQuery({ queryKey: ["shared", "notices"], queryFn: () => call("notice_list", null) });
