// Walks through the pages of the set-up; what was typed stays, whatever fails.
import { computed, reactive, ref } from "vue";
import { call } from "../../api/call";
import { useTry } from "../../parts/useTry";
import { type Faults, PAGES, emptyForm, faultsOf, pageOf, toRequest } from "./setupForm";
import { useRecovery } from "./useRecovery";

export function useSetup(emit: { founding: () => void; done: () => void }) {
  const { failure, busy, attempt } = useTry();
  const form = reactive(emptyForm());
  const number = ref(0);
  const faults = ref<Faults>({});
  const { groups, asked, typed, show, check } = useRecovery();
  const page = computed(() => PAGES[number.value]!);

  function back(): void {
    failure.value = null;
    faults.value = {};
    number.value -= 1;
  }

  function next(): void {
    faults.value = faultsOf(page.value, form);
    if (Object.keys(faults.value).length > 0) return;
    if (page.value === "balances") void found();
    else if (page.value === "recovery") void finish();
    else number.value += 1;
  }

  async function found(): Promise<void> {
    await attempt(async () => {
      emit.founding();
      show(await call("station_found", toRequest(form)));
      form.password = form.password2 = "";
      number.value = PAGES.indexOf("recovery");
    });
    if (failure.value) number.value = PAGES.indexOf(pageOf(failure.value));
  }

  async function finish(): Promise<void> {
    await attempt(async () => {
      await check();
      emit.done();
    });
  }

  return { form, page, number, faults, failure, busy, groups, asked, typed, back, next };
}
