/** Bytes of a context, unpacked; the page's memory holds no more than some of these. */
export const maxContextSize = 1 << 30;
