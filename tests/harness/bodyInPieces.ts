/** Answers whose bodies come in pieces. */

/** An answer whose body comes in pieces; `end` says how it ends. */
export const inPieces =
  (pieces: ReadonlyArray<Uint8Array>, end: "close" | "error" | "hang" = "close") =>
  (): Response => {
    const queue = [...pieces]
    return new Response(
      new ReadableStream<Uint8Array>({
        pull: (controller) => {
          const piece = queue.shift()
          if (piece !== undefined) return controller.enqueue(piece)
          if (end === "close") controller.close()
          if (end === "error") controller.error(new Error("reset"))
        },
      }),
      { headers: { "x-request-id": "req-1" } },
    )
  }
