def tells(ctx):
    print(ctx.node_id)
