// The one field: what is typed, who it finds, which of them is meant. Decides nothing about visits.
import { computed, onBeforeUnmount, ref } from "vue";
import { call } from "../../api/call";
import type { VisitorHit } from "../../api/generated";

const SEARCH_AFTER_MS = 120;
/** Up to three digits are a group's number; one Latin letter finds half the town. */
const TOO_LITTLE = /^(?:\d{1,3}|[\u0020-\u007e]?)$/;

export function useFinder() {
  const text = ref("");
  const hits = ref<VisitorHit[]>([]);
  const searched = ref("");
  const chosen = ref(0);
  const hit = computed(() => hits.value[chosen.value] ?? null);
  const isFound = computed(() => searched.value === text.value.trim());
  const isNobody = computed(() => searched.value !== "" && isFound.value && hits.value.length === 0);
  let typing = 0;

  function typed(fail: (error: unknown) => void): void {
    window.clearTimeout(typing);
    typing = window.setTimeout(() => search().catch(fail), SEARCH_AFTER_MS);
  }

  async function search(): Promise<void> {
    window.clearTimeout(typing);
    const wanted = text.value.trim();
    const isSearch = !TOO_LITTLE.test(wanted);
    const found = isSearch ? await call("visitor_search", { text: wanted }) : [];
    if (wanted !== text.value.trim()) return;
    hits.value = found;
    searched.value = isSearch ? wanted : "";
    chosen.value = 0;
  }

  function show(visitor: VisitorHit): void {
    window.clearTimeout(typing);
    text.value = searched.value = visitor.card_no;
    hits.value = [visitor];
    chosen.value = 0;
  }

  function clear(): void {
    window.clearTimeout(typing);
    text.value = searched.value = "";
    hits.value = [];
    chosen.value = 0;
  }

  onBeforeUnmount(() => window.clearTimeout(typing));
  return { text, hits, searched, chosen, hit, isFound, isNobody, typed, search, show, clear };
}
