// Opening the store by password or recovery key, and what to do when neither can help.
import { computed, reactive, ref } from "vue";
import { call, queries } from "../../api/call";
import type { Failure } from "../../api/generated";
import { useTry } from "../../parts/useTry";
import { GROUPS, stateOf } from "./recoveryGroups";
import { setAsideFolder } from "./setAside";

/** Files that no password opens: only another copy helps. */
const BROKEN = ["key_file_missing", "key_file_damaged", "foreign_database", "damaged_database"];

export function isBroken(failure: Failure | null): boolean {
  return failure !== null && BROKEN.includes(failure.code);
}

export function useSealed() {
  const { failure, busy, attempt } = useTry();
  const password = ref("");
  const groups = ref<string[]>(Array.from({ length: GROUPS }, () => ""));
  const renewed = reactive({ password: "", password2: "" });
  const differs = ref(false);
  const isWhole = computed(() => groups.value.every((group) => stateOf(group) === "good"));

  const open = () =>
    attempt(async () => {
      await call("store_open", { password: password.value });
    });

  const openWithKey = () => {
    differs.value = renewed.password !== renewed.password2;
    if (differs.value) return;
    return attempt(async () => {
      await call("store_open_recovery", { groups: groups.value, new_password: renewed.password });
    });
  };

  const setAside = () =>
    attempt(async () => {
      setAsideFolder.value = (await call("store_set_aside", null)).folder;
      await queries.invalidateQueries({ queryKey: ["session"] });
    });

  return { password, groups, renewed, differs, isWhole, failure, busy, open, openWithKey, setAside };
}
