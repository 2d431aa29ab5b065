// The least a Node program can do: the floor every start is compared with.
process.stdout.write('6/7 write        ok\n')
