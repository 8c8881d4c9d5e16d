import { ref } from "vue";

/** Where the damaged files went; told on the first page, which follows because nothing stands here any more. */
export const setAsideFolder = ref("");
