FROM scratch
ADD --keep-git-dir=maybe a /
