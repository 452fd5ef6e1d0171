FROM busybox
CMD ["a"]
ENTRYPOINT ["b"]
CMD ["c"]
ENTRYPOINT ["d"]
