FROM scratch
EXPOSE -1
