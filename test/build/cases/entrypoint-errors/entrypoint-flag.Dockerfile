FROM scratch
ENTRYPOINT --flag
