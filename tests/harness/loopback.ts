/** Servers for what the sandbox doesn't do. */
import { Effect, type Scope } from "effect"
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"

/** A server that listens on loopback, until its scope ends or it is closed. */
export const listening = (
  server: Server,
): Effect.Effect<
  { readonly port: number; readonly close: () => Promise<void> },
  never,
  Scope.Scope
> =>
  Effect.acquireRelease(
    Effect.callback((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        resume(Effect.succeed({
          port,
          close: () =>
            new Promise<void>((resolve) => {
              server.close(() => resolve())
              server.closeAllConnections()
            }),
        }))
      })
    }),
    ({ close }) => Effect.promise(close),
  )
