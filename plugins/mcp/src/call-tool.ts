import { defineBlock } from '@ashlar/sdk'
import { z } from 'zod'

const dictionary = z.record(z.string(), z.unknown())

export const callTool = defineBlock({
  id: 'a0a4b1c2-d3e4-4f56-a7b8-c9d0e1f2a3b4',
  name: 'call-tool',
  description: 'Call a tool of an MCP server.',
  category: 'AGENT',
  synonyms: ['mcp', 'model context protocol', 'mcp client', 'mcp tool', 'remote tool', 'tool server'],
  unavailable: 'connections to MCP servers',
  input: z.object({
    server_url: z
      .string()
      .meta({ title: 'Server', description: 'The address of the MCP server.', examples: ['https://mcp.example.com/mcp'] }),
    credentials: dictionary.default({}).meta({ title: 'Credentials', description: 'Ignored: the node names its credential.' }),
    selected_tool: z.string().default('').meta({ title: 'Tool', description: 'The name of the tool.' }),
    tool_input_schema: dictionary.default({}).meta({ title: 'Schema', description: 'The input schema of the tool.' }),
    tool_arguments: dictionary.default({}).meta({ title: 'Arguments', description: 'The arguments of the tool, by name.' }),
  }),
  output: z.object({
    result: z.unknown().meta({ title: 'Result', description: 'What the tool returns.' }),
  }),
})
