import { onActivated, onBeforeUnmount, onDeactivated, onMounted } from "vue";

/** Listens to the keyboard before anything else does, while the screen is there; a screen that was set aside is silent. */
export function useKeys(listen: (event: KeyboardEvent) => void): void {
  const begin = () => window.addEventListener("keydown", listen, true);
  const end = () => window.removeEventListener("keydown", listen, true);
  onMounted(begin);
  onActivated(begin);
  onDeactivated(end);
  onBeforeUnmount(end);
}
