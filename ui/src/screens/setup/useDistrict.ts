// Makes this PC a desk of the district's office; what was typed stays, whatever fails.
import { reactive, ref } from "vue";
import { call } from "../../api/call";
import { useTry } from "../../parts/useTry";
import { type DistrictFaults, districtFaults, emptyDistrictForm, toDistrictRequest } from "./districtForm";
import { useRecovery } from "./useRecovery";

export const DISTRICT_PAGES = ["office", "recovery"] as const;

export function useDistrict(emit: { founding: () => void; done: () => void }) {
  const { failure, busy, attempt } = useTry();
  const form = reactive(emptyDistrictForm());
  const faults = ref<DistrictFaults>({});
  const page = ref<(typeof DISTRICT_PAGES)[number]>("office");
  const recovery = useRecovery();

  function next(): void {
    if (page.value === "recovery") void finish();
    else {
      faults.value = districtFaults(form);
      if (Object.keys(faults.value).length === 0) void found();
    }
  }

  async function found(): Promise<void> {
    emit.founding();
    await attempt(async () => {
      recovery.show(await call("district_found", toDistrictRequest(form)));
      form.password = form.password2 = "";
      page.value = "recovery";
    });
    // Nothing stands here yet: another way may be taken.
    if (failure.value) emit.done();
  }

  async function finish(): Promise<void> {
    await attempt(async () => {
      await recovery.check();
      emit.done();
    });
  }

  return { form, page, faults, failure, busy, recovery, next };
}
