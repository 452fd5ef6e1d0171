export * from '../protocol/agent-client.ts';
