/* A C11 program that takes a block from its heap and gives it back. */
#include <shmheap/shmheap.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    shmheap* heap = shmheap_process();
    if (heap == NULL) return 1;
    void* block = shmheap_alloc(heap, 100000);
    if (block == NULL || !shmheap_is_shared(block)) return 1;
    memset(block, 7, 100000);
    shmheap_free(block);
    printf("%s\n", shmheap_name(heap));
    return 0;
}
