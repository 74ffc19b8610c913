export const Sandbox: number = 2
